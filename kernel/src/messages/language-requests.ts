import type { LanguageClient } from '../language/language-client.ts';
import type { Content } from '../wire/message.ts';
import { codePointOffset, utf16Offset } from './code-points.ts';

// The requests that the language service answers. Cursors on the wire are in code points.

export async function completeReply(language: LanguageClient, request: Content): Promise<Content> {
  const code = String(request['code'] ?? '');
  const cursor = utf16Offset(code, Number(request['cursor_pos'] ?? code.length));
  const { matches, start, end, types } = await language.complete(code, cursor);
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
  const { found, plain, markdown } = await language.inspect(code, cursor, detail);
  const data: Content = found ? { 'text/plain': plain } : {};
  if (found && markdown !== undefined) data['text/markdown'] = markdown;
  return { status: 'ok', found, data, metadata: {} };
}

export async function isCompleteReply(language: LanguageClient, request: Content): Promise<Content> {
  return { ...(await language.isComplete(String(request['code'] ?? ''))) };
}
