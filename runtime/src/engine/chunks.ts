/** Bytes of several chunks as one, each after its length. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length + 4, 0));
  const view = new DataView(joined.buffer);
  let at = 0;
  for (const chunk of chunks) {
    view.setUint32(at, chunk.length, true);
    joined.set(chunk, at + 4);
    at += chunk.length + 4;
  }
  return joined;
}

/** The chunks again, as windows on the bytes. */
export function* splitChunks(joined: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
  for (let at = 0; at + 4 <= joined.length;) {
    const length = view.getUint32(at, true);
    yield joined.subarray(at + 4, at + 4 + length);
    at += length + 4;
  }
}
