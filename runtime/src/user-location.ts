/** Where the runtime itself lies, without the scheme. */
const OWN = new URL('.', import.meta.url).pathname;
const FRAME = /\(?(?:file:\/\/)?(\/[^\s()]*|[A-Za-z]:[\\/][^\s()]*):(\d+):(\d+)\)?$/;

/**
 * The first place in a stack trace that is the user's: `path:line:column`. `undefined` if there is none, as in a notebook,
 * where a failure names its cell.
 */
export function userLocation(stack: string | undefined): string | undefined {
  for (const line of stack?.split('\n') ?? []) {
    const frame = FRAME.exec(line.trim());
    if (frame === null || !line.trim().startsWith('at ')) continue;
    const [, path, row, column] = frame;
    // Node's own functions say `node:internal/…`.
    if (line.includes('node:') || path!.startsWith(OWN) || path!.includes('/node_modules/')) continue;
    return `${path}:${row}:${column}`;
  }
  return undefined;
}
