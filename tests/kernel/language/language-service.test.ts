import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LanguageService } from '../../../kernel/src/language/language-service.ts';
import { LiveScope } from '../../../kernel/src/language/live-scope.ts';
import { prologueFor } from '../../../kernel/src/language/prologue.ts';

const opened: { service: LanguageService; folder: string }[] = [];
afterEach(() => {
  for (const { service, folder } of opened.splice(0)) {
    service.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

function open(files: Record<string, string> = {}): {
  service: LanguageService;
  folder: string;
  check: Check;
} {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-service-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const service = new LanguageService({ cwd: folder });
  opened.push({ service, folder });
  let executionCount = 0;
  const check = async (code: string): Promise<string[]> => {
    executionCount += 1;
    const compiled = await service.compile({ cellId: 'cell', name: '', code, executionCount });
    service.commit('cell', executionCount);
    return compiled.ok
      ? []
      : compiled.diagnostics.map((one) => `${one.code} ${one.line}:${one.column} ${one.message}`);
  };
  return { service, folder, check };
}
type Check = (code: string) => Promise<string[]>;

/** Processes that this one has started and that run still. */
function children(): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((line) => line.includes('--api'))
    .map((line) => Number.parseInt(line, 10));
}

describe('the language service', () => {
  it('goes on with all it knows when TypeScript’s process dies', async () => {
    const { service, check } = open();
    await service.warm();
    expect(await check('interface Kept { a: number }\nconst kept: Kept = { a: 1 }')).toEqual([]);
    const before = children();
    expect(before).toHaveLength(1);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    expect(await check('kept.a')).toEqual([]);
    expect(await check('kept.b')).toEqual(["TS2339 1:6 Property 'b' does not exist on type 'Kept'."]);
    expect(children()).not.toEqual(before);
    expect((await service.complete('kept.', 5)).matches).toEqual(['a']);
  });

  it('answers without having been warmed', async () => {
    const { service } = open();
    expect(service.isComplete('f(').status).toBe('incomplete');
    expect((await service.inspect('parseInt', 3, 0)).found).toBe(true);
    expect((await service.complete('parseIn', 7)).matches).toEqual(['parseInt']);
  });

  it('writes nothing into the notebook’s folder', async () => {
    const { check, folder } = open({ 'beside.ts': 'export const one = 1;' });
    await check("import { one } from './beside.ts'; one");
    expect(readdirSync(folder)).toEqual(['beside.ts']);
  });

  it('honours a tsconfig.json beside the notebook', async () => {
    const { check } = open({
      'tsconfig.json':
        '{ "compilerOptions": { "strict": false, "noEmit": false, "outDir": "x", "paths": { "@lib/*": ["./lib/*"] }, "noUnusedLocals": true } }',
      'lib/thing.ts': 'export const thing = 7;',
    });
    expect(
      await check(
        "import { thing } from '@lib/thing'\nconst nothing: string = null; function f(x) { const unused = 1; return x }\nthing",
      ),
    ).toEqual([]);
    expect(await check("const wrong: number = 'x'")).toHaveLength(1);
  });

  it('lets packages without types be used', async () => {
    const { check } = open({
      'node_modules/untyped/package.json': '{ "name": "untyped", "version": "1.0.0", "main": "main.js" }',
      'node_modules/untyped/main.js': 'module.exports = { answer: 42 };',
    });
    expect(await check("import untyped from 'untyped'\nuntyped.answer.toFixed()")).toEqual([]);
    expect(await check('untyped.anything')).toEqual([]);
  });

  it('knows what is predeclared in a notebook, and the types of tidemark', async () => {
    const { check } = open();
    expect(await check("import { TumblingEventTimeWindows, WatermarkStrategy } from 'tidemark'")).toEqual([]);
    expect(await check("const words = env.fromData({ word: 'a', n: 1, time: 0 })")).toEqual([]);
    expect(
      await check(
        "const counts = words.assignTimestampsAndWatermarks(WatermarkStrategy.forBoundedOutOfOrderness<{ word: string; n: number; time: number }>('5 s').withTimestampAssigner((e) => e.time)).keyBy('word').window(TumblingEventTimeWindows.of('10 s')).sum('n')",
      ),
    ).toEqual([]);
    expect(
      await check('show(counts, { rows: 10 }); watermarks(counts)\ncounts.map((count) => count.n.toFixed())'),
    ).toEqual([]);
    expect(await check('counts.map((count) => count.missing)')).toHaveLength(1);
    expect(
      await check(
        "const handle = display({ 'text/html': '<b>x</b>' }, { raw: true }); handle.update(1); clearOutput(); comms.open('x', { a: 1 })",
      ),
    ).toEqual([]);
    expect(await check("const name: string = await prompt('name? ')")).toEqual([]);
    expect(await check("process.version + setTimeout.name + typeof fetch + Buffer.from('a').length")).toEqual(
      [],
    );
    expect(await check("const env = 'mine'")).toEqual([]);
    expect(await check('env.length')).toEqual([]);
  });

  it('checks a cell against the names that it mentions, however many there are', () => {
    const sizes = [10, 1000].map((count) => {
      const scope = new LiveScope();
      for (let n = 0; n < count; n += 1) {
        const declarations = [{ text: `\u0001const name${n}: number;`, needs: new Map(), printed: true }];
        scope.declare([{ name: `name${n}`, kind: 'const', space: n, form: 'inline', declarations }]);
      }
      return prologueFor(scope, ['name3', 'name4', 'other'], new Set(['name4'])).text;
    });
    expect(sizes[0]).toBe('export {};\ndeclare const name3: number;\n');
    expect(sizes[1]).toBe(sizes[0]);
  });
});
