const likes = new Map<string, RegExp>();
const similars = new Map<string, RegExp>();
const regexes = new Map<string, RegExp | undefined>();
/** Patterns are few and mostly constants; should they not be, they are not kept for ever. */
const KEPT = 1000;

/** The pattern of LIKE: `%` is any text, `_` one character. */
export function likePattern(pattern: string, escape?: string): RegExp {
  return cached(likes, `${escape ?? ''}\0${pattern}`, () => {
    let source = '';
    for (let at = 0; at < pattern.length; at++) {
      const character = pattern[at]!;
      if (character === escape && at + 1 < pattern.length) source += quoted(pattern[++at]!);
      else source += character === '%' ? '.*' : character === '_' ? '.' : quoted(character);
    }
    return new RegExp(`^${source}$`, 'su');
  });
}

/** The pattern of SIMILAR TO: that of LIKE with `|`, `*`, `+`, `?`, `{n}`, `(…)` and `[…]`. */
export function similarPattern(pattern: string): RegExp {
  return cached(similars, pattern, () => {
    const source = pattern.replace(/[%_.^$\\]/g, (character) =>
      character === '%' ? '.*' : character === '_' ? '.' : `\\${character}`,
    );
    return new RegExp(`^(?:${source})$`, 's');
  });
}

/** A regular expression of a user; `undefined` if it is none. */
export function regexOf(pattern: string, flags = ''): RegExp | undefined {
  return cached(regexes, `${flags}/${pattern}`, () => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return undefined;
    }
  });
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const found = cache.get(key);
  if (found !== undefined || cache.has(key)) return found as T;
  if (cache.size >= KEPT) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}

function quoted(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
