import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { notStorable } from '../state/state-errors.ts';
import { checkStorable } from '../state/storable.ts';
import { bytesDamaged } from './store-errors.ts';
import { putBack, takeOut, type TakenOut } from '../state/taken-out.ts';

/** 'TM', the version of the layout, a zero; then the checksum of what follows, little-endian. */
const MAGIC = [0x54, 0x4d];
/** A value, and a value with what is in the place of instances. */
const PLAIN = 1;
const WITH_INSTANCES = 2;
const HEADER = 8;

/**
 * Bytes of a value that the structured clone algorithm takes, and of instances of registered classes, with a checksum.
 * @throws {TidemarkError} `not-storable`, naming the path of what would be lost: a function, a symbol, an instance.
 */
export function encode(value: unknown, name = 'value'): Uint8Array {
  const version = checkStorable(value, name) ? WITH_INSTANCES : PLAIN;
  const written = version === PLAIN ? value : takeOut(value, name);
  let body: Uint8Array;
  try {
    body = serialize(written);
  } catch (error) {
    throw notStorable(name, error instanceof Error ? error.message : String(error));
  }
  const bytes = new Uint8Array(HEADER + body.length);
  bytes.set(MAGIC);
  bytes[2] = version;
  bytes.set(body, HEADER);
  new DataView(bytes.buffer).setUint32(4, crc32(body), true);
  return bytes;
}

/** As `encode`, for what is read where no class is registered yet: an instance is refused. */
export function encodePlain(value: unknown, name = 'value'): Uint8Array {
  if (checkStorable(value, name)) throw notStorable(name, 'something with an instance of a class in it');
  return encode(value, name);
}

/**
 * The value back. Nothing of it is executed; instances are made by what was registered for their classes.
 * @throws {TidemarkError} `bytes-damaged`; `type-not-registered`.
 */
export function decode(bytes: Uint8Array): unknown {
  if (bytes.length < HEADER || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw bytesDamaged('they have no header');
  const version = bytes[2];
  if (version !== PLAIN && version !== WITH_INSTANCES)
    throw bytesDamaged(`their layout is version ${version}, known is ${WITH_INSTANCES}`);
  const body = bytes.subarray(HEADER);
  const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (crc32(body) !== expected) throw bytesDamaged('their checksum does not match');
  // A copy: typed arrays in the value may otherwise be windows on the caller's bytes.
  const value: unknown = deserialize(body.slice());
  return version === PLAIN ? value : putBack(value as TakenOut);
}

/** True for what begins as bytes of `encode` do. */
export function isEncoded(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER && MAGIC.every((byte, i) => bytes[i] === byte);
}
