import { createRequire, SourceMap, stripTypeScriptTypes } from 'node:module';
import type { Service } from 'ts-node';
import type { Mappings, PositionMap } from './position-map.ts';

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
  const js = output.slice(0, match.index);
  return { js, toSource: [mappingsOf(js, map)] };
}

/** The map's segments by line. What Node adds lines with is few and short, so every column is asked for. */
function mappingsOf(js: string, map: SourceMap): Mappings {
  return js.split('\n').map((text, line) => {
    const segments: number[][] = [];
    for (let column = 0; column <= text.length; column += 1) {
      const entry = map.findEntry(line, column);
      if (!('originalLine' in entry)) continue;
      const isHere = entry.generatedLine === line && entry.generatedColumn === column;
      // A line without a segment of its own goes on where the one before ended.
      if (isHere || column === 0) segments.push([column, 0, entry.originalLine, entry.originalColumn]);
    }
    return segments;
  });
}
