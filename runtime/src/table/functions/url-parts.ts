/** Those that Java knows. */
const URL = /^(https?|ftp|file|jar):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;

/** A part of a URL, as it is written: nothing is decoded. NULL if there is none, or no URL. */
export function partOfUrl(text: string, part: string, key?: string): string | null {
  const match = URL.exec(text);
  if (match === null || (key !== undefined && part !== 'QUERY')) return null;
  const [, protocol, authority = '', path = '', query, ref] = match;
  const at = authority.lastIndexOf('@');
  switch (part) {
    case 'HOST':
      return authority.slice(at + 1).replace(/:\d*$/, '');
    case 'PATH':
      return path;
    case 'QUERY':
      return key === undefined ? (query ?? null) : valueOf(query ?? '', key);
    case 'REF':
      return ref ?? null;
    case 'PROTOCOL':
      return protocol!;
    case 'FILE':
      return query === undefined ? path : `${path}?${query}`;
    case 'AUTHORITY':
      return authority;
    case 'USERINFO':
      return at < 0 ? null : authority.slice(0, at);
    default:
      return null;
  }
}

function valueOf(query: string, key: string): string | null {
  const found = query.split('&').find((pair) => pair.startsWith(`${key}=`));
  return found === undefined ? null : found.slice(key.length + 1);
}
