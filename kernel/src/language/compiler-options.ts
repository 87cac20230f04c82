import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of an installed package, found from the kernel's own place, or undefined. */
function packageFolder(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate).replaceAll('\\', '/');
    if (dirname(folder) === folder) return undefined;
  }
}

/** Where the types of `tidemark` come from: its sources when the kernel runs from sources, else what was built. */
function tidemarkPaths(tidemarkTypes: string | undefined): Record<string, string[]> {
  const fromSource = import.meta.url.endsWith('.ts');
  const folder = packageFolder('tidemark');
  const entry = tidemarkTypes ?? (folder && `${folder}/${fromSource ? 'src/index.ts' : 'lib/index.d.ts'}`);
  if (entry === undefined) return {};
  const root = dirname(entry);
  const extension = entry.endsWith('.d.ts') ? '.d.ts' : '.ts';
  return { tidemark: [entry], 'tidemark/testing': [`${root}/testing/index${extension}`] };
}

/** A `tsconfig.json` beside the notebook, and its `paths`, which the kernel adds to. */
export interface NotebookConfig {
  readonly path?: string;
  readonly paths?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The tsconfig of a notebook's program. A `tsconfig.json` beside the notebook is honoured for what concerns checking
 * (strictness, paths, JSX, decorators); what the kernel depends on is not up to it.
 */
export function projectConfig(
  notebook: NotebookConfig,
  files: readonly string[],
  tidemarkTypes?: string,
): unknown {
  const nodeTypes = packageFolder('@types/node');
  return {
    ...(notebook.path ? { extends: notebook.path } : {}),
    files,
    include: [],
    compilerOptions: {
      ...(notebook.path ? {} : { strict: true }),
      target: 'esnext',
      lib: ['esnext'],
      module: 'preserve',
      moduleResolution: 'bundler',
      customConditions: ['node'],
      moduleDetection: 'force',
      resolveJsonModule: true,
      allowImportingTsExtensions: true,
      allowArbitraryExtensions: true,
      esModuleInterop: true,
      noEmit: true,
      composite: false,
      incremental: false,
      skipLibCheck: true,
      isolatedModules: false,
      verbatimModuleSyntax: false,
      erasableSyntaxOnly: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      allowUnreachableCode: true,
      allowUnusedLabels: true,
      types: nodeTypes ? ['node'] : [],
      ...(nodeTypes ? { typeRoots: [dirname(nodeTypes)] } : {}),
      // A cell's `tidemark` is always the session's own.
      paths: { ...notebook.paths, ...tidemarkPaths(tidemarkTypes) },
    },
  };
}
