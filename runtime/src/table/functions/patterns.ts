const likes = new Map<string, RegExp>();
const similars = new Map<string, RegExp>();
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

function cached(cache: Map<string, RegExp>, key: string, make: () => RegExp): RegExp {
  let found = cache.get(key);
  if (found === undefined) {
    if (cache.size >= KEPT) cache.clear();
    cache.set(key, (found = make()));
  }
  return found;
}

function quoted(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
