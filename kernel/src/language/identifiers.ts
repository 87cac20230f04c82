const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;

/**
 * Every word of a text that could be an identifier, keywords and words in strings too: a superset costs a declaration
 * that nobody reads, a missing name would be an error.
 */
export function identifiersIn(text: string): Set<string> {
  return new Set(text.match(IDENTIFIER));
}

/** The identifier that touches `offset`, on either side. */
export function identifierAt(
  text: string,
  offset: number,
): { name: string; start: number; end: number } | undefined {
  IDENTIFIER.lastIndex = 0;
  for (const match of text.matchAll(IDENTIFIER)) {
    const end = match.index + match[0].length;
    if (match.index > offset) return undefined;
    if (end >= offset) return { name: match[0], start: match.index, end };
  }
  return undefined;
}
