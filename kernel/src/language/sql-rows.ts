import type { SqlAssist } from 'tidemark/sql';
import { diagnosticAt, type CellDiagnostic } from './cell-diagnostic.ts';
import type { Checker } from './checker.ts';
import { offsetAt, queryText } from './sql-query-text.ts';
import { sqlTextsIn, type SqlText } from './sql-texts.ts';
import { typescript7 } from './typescript7.ts';

/** What the queries of a cell say to its checker. */
export interface SqlRows {
  /** The cell's text with a tag of its own for each query; every character stays in its place. */
  readonly code: string;
  /** Declarations of those tags, and of the rows of texts of `env.sqlQuery`. */
  readonly declarations: string;
  readonly diagnostics: readonly CellDiagnostic[];
}

/** What a cell can do to the tables that it asks then: a query of it is checked when it runs. */
const CHANGES_TABLES =
  /\b(?:createTemporaryView|executeSql|createFunction|createTemporary\w*Function|runSql)\b/;
/** What may be there when the cell gets so far. */
const NOT_YET: ReadonlySet<unknown> = new Set(['unknown-table', 'unknown-function', 'schema-needed']);

/** Works out the rows of the queries in the cell that is open in the checker from `offset` on. */
export function sqlRowsOf(checker: Checker, assist: SqlAssist, code: string, offset: number): SqlRows {
  const file = checker.sourceFile();
  const declared: string[] = [];
  const diagnostics: CellDiagnostic[] = [];
  const texts: string[] = [];
  let own = code;
  for (const found of sqlTextsIn(file, offset)) {
    const written = writtenValues(checker, assist, found);
    if (written === undefined) continue;
    const query = queryText(checker.text, found, written);
    try {
      const rows = assist.rowTypeOf(query.text);
      if (found.tag === undefined) texts.push(`${JSON.stringify(query.text)}: ${rows};`);
      else {
        const tag = tagName(declared.length);
        const at = found.tag - offset;
        own = `${own.slice(0, at)}${tag}${own.slice(at + tag.length)}`;
        declared.push(`declare var ${tag}: typeof sql<${rows}>;`);
      }
    } catch (error) {
      const place = placeOf(error);
      if (place === undefined || CHANGES_TABLES.test(code)) continue;
      const [start, end] = [
        offsetAt(query, place.line, place.column),
        offsetAt(query, place.endLine, place.endColumn),
      ];
      diagnostics.push(
        diagnosticAt(place.code, place.message, code, start - offset, Math.max(end, start + 1) - offset),
      );
    }
  }
  if (texts.length > 0) declared.push(`declare global { interface TidemarkSqlRows { ${texts.join(' ')} } }`);
  return { code: own, declarations: declared.join('\n'), diagnostics };
}

/** As long as `sql`, and nobody's name. */
function tagName(index: number): string {
  return `ᛣ${index.toString(36).padStart(2, '0')}`;
}

/** What stands for the values; `undefined` where nobody can tell what they are. */
function writtenValues(checker: Checker, assist: SqlAssist, { values }: SqlText): string[] | undefined {
  const { ast } = typescript7();
  const written: string[] = [];
  for (const value of values) {
    if (ast.isIdentifier(value) && assist.hasTable(value.text)) written.push(`\`${value.text}\``);
    else {
      const literal = literalOf(checker.typeAt(value.end - 1));
      if (literal === undefined) return undefined;
      written.push(literal);
    }
  }
  return written;
}

function literalOf(type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  if (/^(?:number|bigint|-?\d[\d.]*n?)$/.test(type)) return '1';
  if (/^(?:string|"(?:[^"\\]|\\.)*")$/.test(type)) return "'1'";
  return /^(?:boolean|true|false)$/.test(type) ? 'TRUE' : undefined;
}

type Place = Omit<CellDiagnostic, 'sourceLine' | 'category'>;

/** Where in its text an error of SQL is; `undefined` of one that may be none when the cell runs. */
function placeOf(error: unknown): Place | undefined {
  const { code, message, details } = error as {
    code?: unknown;
    message?: unknown;
    details?: Record<string, unknown>;
  };
  if (typeof code !== 'string' || NOT_YET.has(code) || typeof details?.['line'] !== 'number')
    return undefined;
  const number = (name: string): number => Number(details[name]);
  return {
    code,
    // The cell's own line and column stand beside it.
    message: String(message).replace(/ \(line \d+, column \d+\)$/, ''),
    line: number('line'),
    column: number('column'),
    endLine: number('endLine'),
    endColumn: number('endColumn'),
  };
}
