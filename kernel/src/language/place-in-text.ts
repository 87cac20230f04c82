import { lineStarts, placeAt, type Place } from './position-map.ts';

/** How an error says where in a text of SQL it is, as `runtime/src/api/table/method-query.ts` writes it. */
const SAID = /\((?:line (\d+), )?column (\d+) of ("(?:[^"\\]|\\.)*")\)/;

/**
 * Where in a cell a message's place in a text of SQL is, if the cell has that text as it stands.
 * @param call where the method is called that took the text, which stands behind it, or in an earlier call of a chain
 */
export function placeInText(message: string, code: string, call: Place): Place | undefined {
  const [, line = '1', column = '1', quoted] = SAID.exec(message) ?? [];
  if (quoted === undefined) return undefined;
  const text: unknown = JSON.parse(quoted);
  if (typeof text !== 'string' || text === '') return undefined;
  const starts = lineStarts(code);
  const from = (starts[call.line - 1] ?? 0) + call.column - 1;
  const behind = code.indexOf(text, from);
  const found = behind >= 0 ? behind : code.lastIndexOf(text, from);
  if (found < 0) return undefined;
  return placeAt(starts, found + (lineStarts(text)[Number(line) - 1] ?? 0) + Number(column) - 1);
}
