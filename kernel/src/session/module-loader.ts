import { readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin, registerHooks, stripTypeScriptTypes } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unknownModule } from '../errors.ts';

/** Specifiers of cells pass through Node's resolver under this prefix, so that the hook can say whose they are. */
const CELL = 'tidemark-cell:';
const TYPESCRIPT = new Set(['.ts', '.tsx', '.mts', '.cts']);
const FRESH = 'tidemark-fresh';

/** Loads modules for cells: relative to the notebook's folder, TypeScript included, edited files fresh. */
export class ModuleLoader {
  readonly #directory: string;
  readonly #notebook: string;
  /** Local files loaded, with the time they were last changed. */
  readonly #loaded = new Map<string, number>();
  #generation = 0;
  #compile: ((source: string, file: string) => string) | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#notebook = pathToFileURL(join(directory, 'notebook.ts')).href;
    registerHooks({
      resolve: (specifier, context, next) => this.#resolve(specifier, context, next),
      load: (url, context, next) => this.#load(url, context, next),
    });
  }

  /** `import()` of a cell. Rejects with `unknown-module` when there is no such module. */
  async import(specifier: string): Promise<unknown> {
    // Taken here, because the stack still leads to the cell's line.
    const at = new Error();
    Error.captureStackTrace(at, this.import);
    this.#refresh();
    try {
      if (specifier.endsWith('.json')) return this.#json(specifier);
      return (await import(CELL + specifier)) as unknown;
    } catch (error) {
      throw this.#explained(specifier, error, at);
    }
  }

  /** `require` of a cell. */
  get require(): NodeJS.Require {
    return createRequire(this.#notebook);
  }

  #explained(specifier: string, error: unknown, at: Error): unknown {
    const code = (error as { code?: unknown } | undefined)?.code;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ENOENT';
    if (!missing) return error;
    const name = missingName(error) ?? specifier;
    const explained = unknownModule(name, this.#directory, error);
    const frames = (at.stack ?? '').split('\n').slice(1);
    explained.stack = [`${explained.name}: ${explained.message}`, ...frames].join('\n');
    // The cause is Node's own message about our resolver; it helps nobody.
    Object.defineProperty(explained, 'cause', { enumerable: false });
    return explained;
  }

  #json(specifier: string): unknown {
    const file = this.require.resolve(specifier);
    return { default: JSON.parse(readFileSync(file, 'utf8')) as unknown };
  }

  /** An edited local file gets all local modules evaluated anew, since others may have imported it. */
  #refresh(): void {
    for (const [file, changed] of this.#loaded) {
      if (changedAt(file) === changed) continue;
      this.#generation++;
      this.#loaded.clear();
      return;
    }
  }

  #resolve(specifier: string, context: ResolveContext, next: ResolveNext): Resolved {
    const ofCell = specifier.startsWith(CELL);
    const wanted = ofCell ? specifier.slice(CELL.length) : specifier;
    if (/^tidemark(\/|$)/.test(wanted) && !isBuiltin(wanted)) {
      // Always the session's own instance, wherever the importing file lies.
      return next(wanted, { ...context, parentURL: import.meta.url });
    }
    const resolved = this.#resolveFile(
      wanted,
      ofCell ? { ...context, parentURL: this.#notebook } : context,
      next,
    );
    return this.#isLocal(resolved.url) ? { ...resolved, url: this.#fresh(resolved.url) } : resolved;
  }

  /** As Node resolves, and as TypeScript people write: without an extension, or `.js` for a `.ts` file. */
  #resolveFile(wanted: string, context: ResolveContext, next: ResolveNext): Resolved {
    try {
      return next(wanted, context);
    } catch (error) {
      if (!/^(\.{1,2}\/|\/|file:)/.test(wanted)) throw error;
      const base = wanted.replace(/\.[mc]?js$/, '');
      for (const candidate of [`${base}.ts`, `${base}.tsx`, `${base}.mts`, `${base}/index.ts`]) {
        try {
          return next(candidate, context);
        } catch {
          // The first error is the one to tell.
        }
      }
      throw error;
    }
  }

  #isLocal(url: string): boolean {
    return (
      url.startsWith('file:') &&
      url.startsWith(pathToFileURL(this.#directory).href) &&
      !url.includes('/node_modules/')
    );
  }

  #fresh(url: string): string {
    const plain = new URL(url);
    const file = fileURLToPath(plain);
    if (!this.#loaded.has(file)) this.#loaded.set(file, changedAt(file));
    if (this.#generation > 0) plain.searchParams.set(FRESH, String(this.#generation));
    return plain.href;
  }

  #load(url: string, context: LoadContext, next: LoadNext): Loaded {
    if (!url.startsWith('file:')) return next(url, context);
    const file = fileURLToPath(url.split('?')[0] ?? url);
    if (!TYPESCRIPT.has(extname(file)) || file.includes('/node_modules/')) return next(url, context);
    const source = readFileSync(file, 'utf8');
    return { format: 'module', source: this.#javascript(source, file), shortCircuit: true };
  }

  #javascript(source: string, file: string): string {
    if (extname(file) !== '.tsx') {
      try {
        return stripTypeScriptTypes(source, { mode: 'strip' });
      } catch {
        // Enums, parameter properties, decorators, or a plain syntax error: ts-node knows.
      }
    }
    this.#compile ??= tsNode(this.#directory);
    return this.#compile(source, file);
  }
}

function tsNode(directory: string): (source: string, file: string) => string {
  const { create } = createRequire(import.meta.url)('ts-node') as typeof import('ts-node');
  const service = create({
    cwd: directory,
    transpileOnly: true,
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2022',
      sourceMap: false,
      inlineSourceMap: true,
      verbatimModuleSyntax: false,
    },
  });
  return (source, file) => service.compile(source, file);
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The name in Node's message, without our prefix: it may be a module that an imported one asked for. */
function missingName(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /Cannot find (?:package|module) '([^']+)' imported from (?!.*notebook\.ts)/.exec(message)?.[1];
}

type Hooks = Parameters<typeof registerHooks>[0];
type ResolveHook = NonNullable<Hooks['resolve']>;
type LoadHook = NonNullable<Hooks['load']>;
type ResolveContext = Parameters<ResolveHook>[1];
type ResolveNext = Parameters<ResolveHook>[2];
type Resolved = ReturnType<ResolveHook>;
type LoadContext = Parameters<LoadHook>[1];
type LoadNext = Parameters<LoadHook>[2];
type Loaded = ReturnType<LoadHook>;
