import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { bytesDamaged, notStorable } from './store-errors.ts';
import { checkStorable } from './storable.ts';

/** 'TM', the version of the layout, a zero; then the checksum of what follows, little-endian. */
const MAGIC = [0x54, 0x4d];
const VERSION = 1;
const HEADER = 8;

/**
 * Bytes of a value that the structured clone algorithm takes, with a checksum.
 * @throws {TidemarkError} `not-storable`, naming the path of what would be lost: a function, a symbol, an instance.
 */
export function encode(value: unknown, name = 'value'): Uint8Array {
  checkStorable(value, name);
  let body: Uint8Array;
  try {
    body = serialize(value);
  } catch (error) {
    throw notStorable(name, error instanceof Error ? error.message : String(error));
  }
  const bytes = new Uint8Array(HEADER + body.length);
  bytes.set(MAGIC);
  bytes[2] = VERSION;
  bytes.set(body, HEADER);
  new DataView(bytes.buffer).setUint32(4, crc32(body), true);
  return bytes;
}

/** The value back. Nothing of it is executed. @throws {TidemarkError} `bytes-damaged`. */
export function decode(bytes: Uint8Array): unknown {
  if (bytes.length < HEADER || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw bytesDamaged('they have no header');
  if (bytes[2] !== VERSION) throw bytesDamaged(`their layout is version ${bytes[2]}, known is ${VERSION}`);
  const body = bytes.subarray(HEADER);
  const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (crc32(body) !== expected) throw bytesDamaged('their checksum does not match');
  // A copy: typed arrays in the value may otherwise be windows on the caller's bytes.
  return deserialize(body.slice());
}

/** True for what begins as bytes of `encode` do. */
export function isEncoded(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER && MAGIC.every((byte, i) => bytes[i] === byte);
}
