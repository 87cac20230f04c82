import { inspect } from 'node:util';
import type { Bundle, Shown } from '../session/ipc.ts';
import { imageType } from './image.ts';
import { tableOf } from './table.ts';

const DISPLAY = Symbol.for('Jupyter.display');

/** Text of a value as Node's own prompt prints it. */
export function plainText(value: unknown): string {
  return inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 20_000, breakLength: 80 });
}

/**
 * What a value looks like in a notebook, as a MIME bundle. An object with a `[Symbol.for('Jupyter.display')]()` method
 * says so itself; the method may be async and returns a MIME bundle.
 */
export function showValue(value: unknown): Shown | Promise<Shown> {
  const own = ownDisplay(value);
  if (own) {
    const made: unknown = own.call(value);
    if (made instanceof Promise)
      return made.then((bundle: unknown) => (isBundle(bundle) ? ownBundle(bundle, value) : byKind(value)));
    if (isBundle(made)) return ownBundle(made, value);
  }
  return byKind(value);
}

function byKind(value: unknown): Shown {
  const data: Bundle = { 'text/plain': plainText(value) };
  const image = value instanceof Uint8Array ? imageType(value) : undefined;
  if (image && value instanceof Uint8Array) data[image] = Buffer.from(value).toString('base64');
  const html = tableOf(value);
  if (html !== undefined) data['text/html'] = html;
  return { data, metadata: {} };
}

/** True for a plain object from MIME types to data. */
export function isBundle(value: unknown): value is Bundle {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

/** A bundle that a user gave: binary data as base64, everything else as it is. */
export function rawBundle(bundle: Bundle): Shown {
  const data = Object.entries(bundle).map(([type, item]) => [
    type,
    item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item,
  ]);
  return { data: Object.fromEntries(data) as Bundle, metadata: {} };
}

function ownBundle(bundle: Bundle, value: unknown): Shown {
  const shown = rawBundle(bundle);
  if (shown.data['text/plain'] !== undefined) return shown;
  const name = (value as object).constructor?.name ?? 'Object';
  return { ...shown, data: { ...shown.data, 'text/plain': `[${name}]` } };
}

function ownDisplay(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  return typeof method === 'function' ? (method as () => unknown) : undefined;
}
