import { createRequire, SourceMap, stripTypeScriptTypes } from 'node:module';
import type { Service } from 'ts-node';
import type { PositionMap } from './position-map.ts';

const require = createRequire(import.meta.url);

export interface Transpiled {
  readonly js: string;
  /** Undefined when nothing moved. */
  readonly toSource?: PositionMap;
}

/** Turns cells into JavaScript; what it is given has been checked. */
export class Transpiler {
  readonly #cwd: string;
  #decorators: Service | undefined;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  transpile(code: string, hasDecorators: boolean): Transpiled {
    if (hasDecorators) return this.#byTypeScript(code);
    try {
      return { js: strip(code, 'strip') };
    } catch (error) {
      if (!isUnsupportedSyntax(error)) throw error;
    }
    return withInlineMap(strip(code, 'transform'));
  }

  /** ts-node compiles decorators, and their metadata when the notebook's tsconfig asks for it; 430 ms the first time. */
  #byTypeScript(code: string): Transpiled {
    const { create } = require('ts-node') as typeof import('ts-node');
    this.#decorators ??= create({
      cwd: this.#cwd,
      transpileOnly: true,
      compilerOptions: {
        module: 'esnext',
        moduleResolution: 'bundler',
        target: 'es2024',
        verbatimModuleSyntax: true,
        isolatedModules: true,
        inlineSourceMap: true,
        sourceMap: false,
        ignoreDeprecations: '6.0',
      },
    });
    return withInlineMap(this.#decorators.compile(code, `${this.#cwd}/__tidemark_cell__.mts`));
  }
}

function strip(code: string, mode: 'strip' | 'transform'): string {
  return withoutWarning(() => stripTypeScriptTypes(code, { mode, sourceMap: mode === 'transform' }));
}

/** Node announces that stripping types is experimental; that is not the user's concern. */
function withoutWarning<T>(action: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return action();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isUnsupportedSyntax(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX';
}

const INLINE_MAP = /\n*\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;

function withInlineMap(output: string): Transpiled {
  const match = INLINE_MAP.exec(output);
  if (match?.[1] === undefined) return { js: output };
  const payload: unknown = JSON.parse(Buffer.from(match[1], 'base64').toString('utf8'));
  const map = new SourceMap(payload as ConstructorParameters<typeof SourceMap>[0]);
  return {
    js: output.slice(0, match.index),
    toSource: ({ line, column }) => {
      const entry = map.findEntry(line - 1, column - 1);
      if (!('originalLine' in entry)) return { line, column };
      const behind = entry.generatedLine === line - 1 ? column - 1 - entry.generatedColumn : 0;
      return { line: entry.originalLine + 1, column: entry.originalColumn + behind + 1 };
    },
  };
}
