import { inputsOf, withInputs, type Relation } from '../plan/relation.ts';
import { digest } from '../plan/show-relation.ts';
import { dropSingleValue } from './drop-single-value.ts';
import { foldConstants } from './fold-constants.ts';
import { forgetByWindowEnd } from './forget-by-window-end.ts';
import { mergeProjects } from './merge-projects.ts';
import { narrowOuterJoin } from './narrow-outer-join.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushFilter } from './push-filter.ts';
import { pushJoinCondition } from './push-join-condition.ts';
import { recognizeIntervalJoin } from './recognize-interval-join.ts';
import { dropRankNumber, recognizeRank } from './recognize-rank.ts';
import { recognizeWindowAggregate } from './recognize-window-aggregate.ts';
import { recognizeWindowJoin } from './recognize-window-join.ts';
import type { Rule } from './rule.ts';
import { settleTimes } from './settle-times.ts';

const REWRITE: readonly Rule[] = [
  foldConstants,
  mergeProjects,
  dropSingleValue,
  narrowOuterJoin,
  pushFilter,
  pushJoinCondition,
];
const RECOGNIZE: readonly Rule[] = [
  recognizeWindowAggregate,
  recognizeWindowJoin,
  recognizeIntervalJoin,
  recognizeRank,
  dropRankNumber,
  mergeProjects,
];

/** The plan as it will run: filters near the sources, and what windows, Top-N and bounded joins are recognized. */
export function optimize(relation: Relation): Relation {
  const rewritten = toFixpoint(relation, REWRITE);
  const recognized = toFixpoint(rewritten, RECOGNIZE);
  const settled = settleTimes(recognized);
  // Where columns stand is settled by then.
  return toFixpoint(pruneColumns(settled), [mergeProjects, forgetByWindowEnd]);
}

/** Rules that undo one another would go on for ever; no plan needs as many rounds. */
const MOST_ROUNDS = 50;

function toFixpoint(relation: Relation, rules: readonly Rule[]): Relation {
  let current = relation;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = once(current, rules);
    if (next === current) return current;
    current = next;
  }
  throw new TypeError(`the rules do not come to an end on ${digest(relation)}`);
}

/** From the leaves up, each node by the first rule that has something to say. */
function once(relation: Relation, rules: readonly Rule[]): Relation {
  const inside = withInputs(
    relation,
    inputsOf(relation).map((input) => once(input, rules)),
  );
  for (const rule of rules) {
    const changed = rule(inside);
    if (changed !== undefined) return changed;
  }
  return inside;
}
