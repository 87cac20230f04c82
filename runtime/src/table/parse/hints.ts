import type { Hint } from './ast.ts';
import type { SourceRange } from './position.ts';

/** Hints in a comment such as `/*+ STATE_TTL('orders' = '1 d') *\/`. */
export function parseHints(comment: string, at: SourceRange): Hint[] {
  const inside = comment.slice(3, -2);
  return [...inside.matchAll(/(\w+)\s*\(((?:'[^']*'|[^)'])*)\)/g)].map(([, name, options]) => ({
    name: name!.toUpperCase(),
    options: new Map(
      [...options!.matchAll(/(?:'([^']*)'|([\w.]+))\s*=\s*'([^']*)'/g)].map(([, quoted, plain, value]) => [
        quoted ?? plain!,
        value!,
      ]),
    ),
    at,
  }));
}
