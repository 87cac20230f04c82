import { changelogMode, isAppendOnly } from '../lower/changelog-mode.ts';
import { conjunctsOf, type Expression } from '../plan/expression.ts';
import { inputsOf, type Join, type KeptUntil, type Relation } from '../plan/relation.ts';
import { windowProperties } from '../plan/window-properties.ts';

/**
 * A regular join forgets rows of a side whose condition asks for a time not before the end of a window of the other side, less so much
 * (`bid.ts >= window_end - INTERVAL '10' SECOND`). Windows come out once, when the watermark has passed their end, and windows that have
 * passed never come again: so a row is done with when the watermark is past the last window that it could be paired with. A window is kept
 * for ever, as a row may be as late as it likes; a row that is done with when it comes is paired, and not kept. The pairs are those of
 * a join that keeps all, whatever order the two sides come in.
 *
 * Both sides must be of one table: where two sources have watermarks of their own, one that is idle holds up no watermark, and its windows
 * may come after it.
 */
export function forgetByWindowEnd(relation: Relation): Relation | undefined {
  if (relation.kind !== 'join' || relation.type !== 'inner') return undefined;
  if (relation.leftKept !== undefined || relation.rightKept !== undefined) return undefined;
  if (!isAppendOnly(changelogMode(relation.left)) || !isAppendOnly(changelogMode(relation.right)))
    return undefined;
  const leftKept = keptUntil(relation, true);
  const rightKept = keptUntil(relation, false);
  if (leftKept === undefined && rightKept === undefined) return undefined;
  return sourcesOf(relation).size === 1 ? { ...relation, leftKept, rightKept } : undefined;
}

/** Until when rows of a side are kept, by the conditions that bound a time of theirs from below. */
function keptUntil({ left, right, condition }: Join, ofLeft: boolean): KeptUntil | undefined {
  const ends = endsOfWindows(ofLeft ? right : left);
  if (ends.size === 0 || condition === undefined) return undefined;
  const own = ofLeft ? left : right;
  const [ownFrom, endsFrom] = ofLeft ? [0, left.columns.length] : [left.columns.length, 0];
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'call' || part.args.length !== 2) continue;
    const [a, b] = part.args.map(shifted);
    const [time, end] = part.name === '>=' || part.name === '>' ? [a, b] : part.name === '<=' || part.name === '<' ? [b, a] : []; // prettier-ignore
    if (time === undefined || end === undefined || !ends.has(end.column - endsFrom)) continue;
    const column = time.column - ownFrom;
    if (own.columns[column]?.type.name !== 'TIMESTAMP') continue;
    // At a watermark w, ends up to w + 1 have passed; a row of time t is done with once they are past t − (shift of the end).
    return { column, reach: time.shift - end.shift - 1 };
  }
  return undefined;
}

/** Columns with ends of windows of event time that come out once, as they pass. */
function endsOfWindows(relation: Relation): ReadonlySet<number> {
  let inside = relation;
  while (inside.kind === 'project' || inside.kind === 'filter') inside = inside.input;
  const properties = inside.kind === 'window-aggregate' ? windowProperties(relation) : undefined;
  // Ends in local time are no instants that a watermark could have passed.
  return properties?.domain === 'rowtime' && !properties.local ? properties.end : new Set();
}

/** A column, and what is added to it in ms; `undefined` of anything else. */
function shifted(expression: Expression): { readonly column: number; readonly shift: number } | undefined {
  if (expression.kind === 'input') return { column: expression.index, shift: 0 };
  if (expression.kind !== 'call' || (expression.name !== '+' && expression.name !== '-')) return undefined;
  const [base, by] = expression.args;
  if (base?.kind !== 'input' || by?.kind !== 'literal' || by.type.name !== 'INTERVAL DAY TO SECOND')
    return undefined;
  const shift = by.value as number;
  return { column: base.index, shift: expression.name === '+' ? shift : -shift };
}

/** The tables that are read; anything that is no table stands for itself. */
function sourcesOf(relation: Relation): Set<unknown> {
  if (relation.kind === 'scan') return new Set([relation.table]);
  const inputs = inputsOf(relation);
  return new Set(inputs.length === 0 ? [relation] : inputs.flatMap((input) => [...sourcesOf(input)]));
}
