import type { Expression } from '../plan/expression.ts';
import type { Relation, WindowJoin } from '../plan/relation.ts';
import { windowProperties, type WindowProperties } from '../plan/window-properties.ts';
import { changelogMode, isAppendOnly } from '../lower/changelog-mode.ts';

/** A join on equal window_start and window_end keeps rows only until the window has passed. */
export function recognizeWindowJoin(relation: Relation): Relation | undefined {
  if (relation.kind !== 'join') return undefined;
  const left = windowProperties(relation.left);
  const right = windowProperties(relation.right);
  if (left === undefined || right === undefined || left.domain !== right.domain) return undefined;
  if (!isAppendOnly(changelogMode(relation.left)) || !isAppendOnly(changelogMode(relation.right)))
    return undefined;
  const is = (part: 'start' | 'end') => (pair: { readonly left: Expression; readonly right: Expression }) =>
    has(left, part, pair.left) && has(right, part, pair.right);
  const starts = relation.equal.filter(is('start'));
  const ends = relation.equal.filter(is('end'));
  if (starts.length === 0 || ends.length === 0) return undefined;
  const attached = (properties: WindowProperties) => ({
    kind: 'attached' as const, start: [...properties.start][0]!, end: [...properties.end][0]!, time: properties.domain, local: properties.local,
  }); // prettier-ignore
  const made: WindowJoin = {
    ...relation,
    kind: 'window-join',
    equal: relation.equal.filter((pair) => !ends.includes(pair)),
    leftWindow: attached(left),
    rightWindow: attached(right),
  };
  return made;
}

function has(properties: WindowProperties, part: 'start' | 'end', expression: Expression): boolean {
  return expression.kind === 'input' && properties[part].has(expression.index);
}
