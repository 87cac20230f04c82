import { changelogMode } from './lower/changelog-mode.ts';
import { entryBytes } from './lower/entry-bytes.ts';
import { isReused, keptForEver, stateOf } from './lower/state-of.ts';
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
  const reused = new Reused(relation, settings);
  const tree = [...lines(relation, settings, '', '', reused)];
  return [...tree, ...warnings(relation, settings, new Set())].join('\n');
}

/** Sub-plans that run once for several: a number each, in the order in which they are shown. */
class Reused {
  readonly #numbers = new Map<Relation, number | undefined>();
  #last = 0;

  constructor(plan: Relation, settings: TableSettings) {
    const once = new Set<Relation>();
    const look = (relation: Relation): void => {
      if (isReused(relation, settings)) {
        if (once.has(relation)) return void this.#numbers.set(relation, undefined);
        once.add(relation);
      }
      inputsOf(relation).forEach(look);
    };
    look(plan);
  }

  /** What is said of a sub-plan that is shown for the first time, or of one that has been shown. */
  mark(relation: Relation): { readonly shown: boolean; readonly text: string } {
    if (!this.#numbers.has(relation)) return { shown: false, text: '' };
    const number = this.#numbers.get(relation);
    if (number !== undefined) return { shown: true, text: `Reused(reference_id=[${number}])` };
    this.#numbers.set(relation, (this.#last += 1));
    return { shown: false, text: `(reuse_id=[${this.#last}])` };
  }
}

function* warnings(relation: Relation, settings: TableSettings, told: Set<Relation>): Generator<string> {
  if (told.has(relation)) return;
  told.add(relation);
  const kept = keptForEver(relation, settings);
  if (kept !== undefined)
    yield `Warning: ${kept}. An entry takes about ${entryBytes(relation).join(' or ')} bytes, estimated from its types. Bound it by 'table.exec.state.ttl' if keys come without end.`;
  for (const input of inputsOf(relation)) yield* warnings(input, settings, told);
}

function* lines(
  relation: Relation,
  settings: TableSettings,
  first: string,
  rest: string,
  reused: Reused,
): Generator<string> {
  const { shown, text } = reused.mark(relation);
  if (shown) {
    yield `${first}${text}`;
    return;
  }
  const mode = changelogMode(relation);
  const kinds = SHORT.filter(([kind]) => mode.has(kind)).map(([, short]) => short);
  const state = stateOf(relation, settings);
  yield `${first}${showRelation(relation)}${text} changelogMode=[${kinds.join(',')}]${state === undefined ? '' : ` state=[${state}]`}`;
  const inputs = inputsOf(relation);
  for (const [at, input] of inputs.entries()) {
    const last = at === inputs.length - 1;
    yield* lines(input, settings, `${rest}${last ? '+- ' : ':- '}`, `${rest}${last ? '   ' : ':  '}`, reused);
  }
}
