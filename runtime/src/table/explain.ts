import { changelogMode } from './lower/changelog-mode.ts';
import { keptForEver, stateOf } from './lower/state-of.ts';
import type { TableSettings } from './lower/lowering.ts';
import type { RowKind } from './changelog-row.ts';
import { inputsOf, type Relation } from './plan/relation.ts';
import { showRelation } from './plan/show-relation.ts';

const SHORT: readonly (readonly [RowKind, string])[] = [
  ['+I', 'I'],
  ['-U', 'UB'],
  ['+U', 'UA'],
  ['-D', 'D'],
];

/**
 * A plan as a tree, each node with the kinds of rows that it lets out and the state that it keeps; below it a warning for each node whose
 * state grows with all that ever comes.
 */
export function explainPlan(relation: Relation, settings: TableSettings): string {
  return [...lines(relation, settings, '', ''), ...warnings(relation, settings)].join('\n');
}

function* warnings(relation: Relation, settings: TableSettings): Generator<string> {
  const kept = keptForEver(relation, settings);
  if (kept !== undefined)
    yield `Warning: ${kept}. Bound it by 'table.exec.state.ttl' if keys come without end.`;
  for (const input of inputsOf(relation)) yield* warnings(input, settings);
}

function* lines(relation: Relation, settings: TableSettings, first: string, rest: string): Generator<string> {
  const mode = changelogMode(relation);
  const kinds = SHORT.filter(([kind]) => mode.has(kind)).map(([, short]) => short);
  const state = stateOf(relation, settings);
  yield `${first}${showRelation(relation)} changelogMode=[${kinds.join(',')}]${state === undefined ? '' : ` state=[${state}]`}`;
  const inputs = inputsOf(relation);
  for (const [at, input] of inputs.entries()) {
    const last = at === inputs.length - 1;
    yield* lines(input, settings, `${rest}${last ? '+- ' : ':- '}`, `${rest}${last ? '   ' : ':  '}`);
  }
}
