import type { RowFormat } from './format.ts';

/** One JSON value a line. */
export const jsonRows: RowFormat<unknown> = {
  extension: '.jsonl',
  createEncoder: () => ({ encode: jsonLine, state: undefined }),
};

function jsonLine(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof value} has no form in JSON`);
  return `${text}\n`;
}
