const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** A message as text. Throws if it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}
