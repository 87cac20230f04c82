import { isJsonObject, type Json } from '../../protocol/index.ts';

const INK = '#3d4451';

/** A spec for a picture that stands alone: dark ink on white in place of the page's own colours. */
export function inkedSpec(spec: Json): Json {
  const inked = ink(spec);
  return isJsonObject(inked) && inked.background === null ? { ...inked, background: 'white' } : inked;
}

function ink(part: Json): Json {
  if (part === 'currentColor') return INK;
  if (Array.isArray(part)) return part.map(ink);
  if (!isJsonObject(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, ink(value)]));
}
