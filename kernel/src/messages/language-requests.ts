import type { LanguageClient } from '../language/language-client.ts';
import type { Content } from '../wire/message.ts';
import { cellParts } from '../session/cell-source.ts';
import { codePointOffset, utf16Offset } from './code-points.ts';

// The requests that the language service answers. Cursors on the wire are in code points.

export async function completeReply(language: LanguageClient, request: Content): Promise<Content> {
  const code = String(request['code'] ?? '');
  const cursor = utf16Offset(code, Number(request['cursor_pos'] ?? code.length));
  const sql = sqlOf(code);
  const { matches, start, end, types } = moved(
    sql === undefined
      ? await language.complete(code, cursor)
      : await language.completeSql(sql.text, cursor - sql.from),
    sql?.from ?? 0,
  );
  const from = codePointOffset(code, start);
  const to = codePointOffset(code, end);
  const typed = types.map((one) => ({ ...one, start: from, end: to }));
  return {
    status: 'ok',
    matches,
    cursor_start: from,
    cursor_end: to,
    metadata: { _jupyter_types_experimental: typed },
  };
}

export async function inspectReply(language: LanguageClient, request: Content): Promise<Content> {
  const code = String(request['code'] ?? '');
  const cursor = utf16Offset(code, Number(request['cursor_pos'] ?? code.length));
  const detail = request['detail_level'] === 1 ? 1 : 0;
  const sql = sqlOf(code);
  const { found, plain, markdown } =
    sql === undefined
      ? await language.inspect(code, cursor, detail)
      : await language.inspectSql(sql.text, cursor - sql.from);
  const data: Content = found ? { 'text/plain': plain } : {};
  if (found && markdown !== undefined) data['text/markdown'] = markdown;
  return { status: 'ok', found, data, metadata: {} };
}

export async function isCompleteReply(language: LanguageClient, request: Content): Promise<Content> {
  return { ...(await language.isComplete(String(request['code'] ?? ''))) };
}

/** The SQL of a cell, and where in it that begins. A magic that stands above it is none. */
function sqlOf(code: string): { readonly text: string; readonly from: number } | undefined {
  const { sql } = cellParts(code);
  return sql && { text: sql.text, from: code.length - sql.text.length };
}

function moved<C extends { readonly start: number; readonly end: number }>(completions: C, by: number): C {
  return { ...completions, start: completions.start + by, end: completions.end + by };
}
