// A value in a JSON text by a path of SQL, such as `lax $.a[0].b` or `$.a[*].b`.

/** What a path finds: a value (`null` for JSON's null, and for nothing in lax mode), or why there is none. */
export type Found =
  | { readonly strict: boolean; readonly value: unknown }
  | { readonly strict: boolean; readonly error: string };

type Step = string | number | typeof EVERY;
const EVERY = Symbol('*');

interface JsonPath {
  readonly strict: boolean;
  /** `undefined` for a text that is no path. */
  readonly steps: readonly Step[] | undefined;
}

/** Numbers whose digits a double does not hold keep them: `JSON.rawJSON`, which is not in the compiler's library yet. */
const RAW = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

/** Finds values; the last path is kept, which is mostly the only one. */
export function jsonFinder(): (json: string, path: string) => Found {
  let last: string | undefined;
  let parsed: JsonPath = { strict: true, steps: undefined };
  return (json, path) => {
    if (path !== last) parsed = parsePath((last = path));
    const { strict, steps } = parsed;
    if (steps === undefined) return { strict: true, error: `'${path}' is no path: '$.a[0].b' is one` };
    let root: unknown;
    try {
      root = parseJson(json);
    } catch {
      return { strict, error: 'the text is no JSON' };
    }
    const value = follow(root, steps);
    if (value !== undefined) return { strict, value };
    return strict ? { strict, error: `there is nothing at '${path}'` } : { strict, value: null };
  };
}

/** Throws a SyntaxError for a text that is no JSON. */
export function parseJson(text: string): unknown {
  if (!/\d[\d.]{15}/.test(text)) return JSON.parse(text);
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? RAW.rawJSON(context.source)
      : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

/** True for what is neither an object nor an array. */
export function isScalarJson(value: unknown): boolean {
  return typeof value !== 'object' || value === null || RAW.isRawJSON(value);
}

/** A scalar as text, without quotes; an object or array as JSON. */
export function jsonValueText(value: unknown): string {
  if (RAW.isRawJSON(value)) return value.rawJSON;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `undefined` if there is nothing; a list once a step stands for many. */
function follow(root: unknown, steps: readonly Step[]): unknown {
  let at = root;
  for (const [index, step] of steps.entries()) {
    if (isScalarJson(at)) return undefined;
    if (step === EVERY) {
      const rest = steps.slice(index + 1);
      return Object.values(at as object).flatMap((item) => {
        const found = follow(item, rest);
        return found === undefined ? [] : rest.includes(EVERY) ? (found as unknown[]) : [found];
      });
    }
    if (Array.isArray(at) !== (typeof step === 'number') || !Object.hasOwn(at as object, step))
      return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

function parsePath(path: string): JsonPath {
  const match = /^\s*(?:(lax|strict)\s+)?\$(.*)$/is.exec(path);
  if (match === null) return { strict: true, steps: undefined };
  const strict = match[1]?.toLowerCase() !== 'lax';
  const steps: Step[] = [];
  let rest = match[2]!.trim();
  while (rest !== '') {
    const step =
      /^(?:\.([\p{L}\p{N}_$-]+)|\.?\[\s*(\d+)\s*\]|\.?\[\s*'([^']*)'\s*\]|\.?\[\s*"([^"]*)"\s*\]|(\.\*|\.?\[\s*\*\s*\]))/u.exec(
        rest,
      );
    if (step === null) return { strict, steps: undefined };
    const [whole, name, place, single, double] = step;
    steps.push(place === undefined ? (name ?? single ?? double ?? EVERY) : Number(place));
    rest = rest.slice(whole.length);
  }
  return { strict, steps };
}
