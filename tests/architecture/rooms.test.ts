import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import arrows from './arrows.json' with { type: 'json' };
import { packageOf, root, sourcesBelow, target } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

const ROOMS = ['runtime', 'kernel', 'labextension'] as const;
const sources = new Map(ROOMS.map((room) => [room, sourcesBelow(`${room}/src`)]));

/** `file:line imports what` for every import of a room's sources that `forbids` names a reason against. */
function offences(
  files: readonly SourceFile[],
  forbids: (file: SourceFile, specifier: string, typeOnly: boolean) => boolean,
) {
  return files.flatMap((file) =>
    file.imports
      .filter(({ specifier, typeOnly }) => forbids(file, specifier, typeOnly))
      .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}`),
  );
}

test('no relative import leaves its room', () => {
  for (const [room, files] of sources) {
    expect(
      offences(
        files,
        (file, specifier) => !(target(file, specifier) ?? `${room}/src/`).startsWith(`${room}/src/`),
      ),
    ).toEqual([]);
  }
});

test('runtime imports no other room', () => {
  expect(
    offences(sources.get('runtime') ?? [], (_, specifier) =>
      /^(tidemark|@tidemark\/.*)$/.test(packageOf(specifier) ?? ''),
    ),
  ).toEqual([]);
});

test('kernel imports the runtime by its public entries, and not the extension', () => {
  const entries = Object.keys(packageJson('runtime').exports).map((entry) =>
    entry.replace(/^\./, 'tidemark'),
  );
  expect(
    offences(sources.get('kernel') ?? [], (_, specifier) => {
      const name = packageOf(specifier);
      return name === 'tidemark' ? !entries.includes(specifier) : (name?.startsWith('@tidemark/') ?? false);
    }),
  ).toEqual([]);
});

test("of Tidemark the extension imports only the kernel's protocol", () => {
  expect(
    offences(
      sources.get('labextension') ?? [],
      (_, specifier) =>
        /^(tidemark|@tidemark\/.*)$/.test(packageOf(specifier) ?? '') &&
        specifier !== '@tidemark/kernel/protocol',
    ),
  ).toEqual([]);
});

test('the protocol imports nothing but itself', () => {
  const protocol = (sources.get('kernel') ?? []).filter(({ path }) =>
    path.startsWith('kernel/src/protocol/'),
  );
  expect(protocol.length).toBeGreaterThan(0);
  expect(
    offences(
      protocol,
      (file, specifier) => !(target(file, specifier) ?? '').startsWith('kernel/src/protocol/'),
    ),
  ).toEqual([]);
});

for (const [room, subRooms] of Object.entries(arrows) as [keyof typeof arrows, Record<string, string[]>][]) {
  const names = Object.keys(subRooms);
  const subRoomOf = (path: string | undefined) => /^\w+\/src\/([\w-]+)\//.exec(path ?? '')?.[1];

  test(`inside ${room}, values flow along the arrows, and a sub-room without arrows imports not even a type`, () => {
    expect(
      offences(sources.get(room) ?? [], (file, specifier, typeOnly) => {
        const from = subRoomOf(file.path);
        const to = subRoomOf(target(file, specifier));
        if (from === undefined || to === undefined || from === to) return false;
        const arrowsOut = subRooms[from] ?? [];
        // An interface may stand with the one that calls it; then its implementer imports the type against the arrow.
        return !arrowsOut.includes(to) && !(typeOnly && arrowsOut.length > 0);
      }),
    ).toEqual([]);
  });

  test(`every folder of ${room}/src is a sub-room with its arrows written down`, () => {
    const present = new Set(
      (sources.get(room) ?? []).map(({ path }) => subRoomOf(path)).filter((name) => name !== undefined),
    );
    expect([...present].filter((name) => !names.includes(name))).toEqual([]);
  });
}

test("the engine's core has no Node-only import", () => {
  const core = (sources.get('runtime') ?? []).filter(
    ({ path }) => !/^runtime\/src\/(connectors|checkpoint)\//.test(path),
  );
  expect(offences(core, (_, specifier, typeOnly) => !typeOnly && specifier.startsWith('node:'))).toEqual([]);
});

test('a room imports only packages that its package.json names', () => {
  for (const [room, files] of sources) {
    const { dependencies = {}, devDependencies = {} } = packageJson(room);
    // The extension is bundled, and shares what JupyterLab brings: there, what is needed to build is enough.
    const named = new Set(
      Object.keys(room === 'labextension' ? { ...dependencies, ...devDependencies } : dependencies),
    );
    expect(
      offences(files, (_, specifier, typeOnly) => {
        const name = packageOf(specifier);
        return name !== undefined && !typeOnly && !named.has(name);
      }),
    ).toEqual([]);
  }
});

interface PackageJson {
  readonly exports: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

function packageJson(room: string): PackageJson {
  return JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')) as PackageJson;
}
