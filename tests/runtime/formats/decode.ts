import type { DecoderPosition, Format } from '../../../runtime/src/formats/format.ts';

export interface Decoded<T> {
  readonly values: T[];
  /** Behind each record. */
  readonly positions: DecoderPosition[];
  readonly skipped: number;
  readonly error?: unknown;
}

/** Decodes a whole input, given in pieces of `size` bytes, from a position on. */
export function decodeAll<T>(
  format: Format<T>,
  text: string,
  { size = 7, input = 'input', from }: { size?: number; input?: string; from?: DecoderPosition } = {},
): Decoded<T> {
  const decoder = format.createDecoder({ input, position: from });
  const bytes = new TextEncoder().encode(text);
  let error: unknown;
  try {
    for (let at = from?.offset ?? 0; at < bytes.length; at += size) decoder.push(bytes.slice(at, at + size));
    decoder.finish();
  } catch (thrown) {
    error = thrown;
  }
  const { values, offsets, lines } = decoder.records;
  const positions = offsets.map((offset, i) => ({ offset, line: lines[i] ?? 0, state: decoder.state }));
  return { values, positions, skipped: decoder.skipped, error };
}
