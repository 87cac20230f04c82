import type { RowKind } from '../changelog-row.ts';
import { needsAppendOnly } from '../sql-errors.ts';
import type { Relation } from '../plan/relation.ts';
import { inputsOf } from '../plan/relation.ts';
import { overTime, timeColumnOf } from './over-time.ts';

/** The kinds of rows that a node lets out. */
export type ChangelogMode = ReadonlySet<RowKind>;

const APPEND: ChangelogMode = new Set(['+I']);
const UPDATES: ChangelogMode = new Set(['+I', '-U', '+U']);
const ALL: ChangelogMode = new Set(['+I', '-U', '+U', '-D']);
const ADD_DELETE: ChangelogMode = new Set(['+I', '-D']);

export function isAppendOnly(mode: ChangelogMode): boolean {
  return mode.size === 1;
}

/** What a node lets out if what is behind it takes old versions too. */
export function changelogMode(relation: Relation): ChangelogMode {
  const inputs = inputsOf(relation).map(changelogMode);
  const append = inputs.every(isAppendOnly);
  switch (relation.kind) {
    case 'scan':
      return relation.table.kinds;
    case 'values':
      return APPEND;
    case 'project':
    case 'filter':
    case 'expand':
    case 'unnest':
    case 'lookup-join':
    case 'window-table':
      return inputs[0]!;
    case 'aggregate':
      // With a time to live a group of keys alone is sent again too, so that what is behind keeps it.
      return append ? UPDATES : ALL;
    case 'window-aggregate':
    case 'window-join':
    case 'window-rank':
    case 'match':
    case 'interval-join':
      return APPEND;
    case 'over':
      return timeColumnOf(relation) === undefined ? ALL : APPEND;
    case 'temporal-join':
      return inputs[0]!;
    case 'rank':
      return ALL;
    case 'sort':
      if (relation.limit === undefined && relation.offset === 0) return inputs[0]!;
      return append && relation.order.length === 0 ? APPEND : ALL;
    case 'deduplicate':
      return relation.keep === 'last' ? UPDATES : APPEND;
    case 'normalize':
      return ALL;
    case 'join': {
      const [left, right] = inputs as [ChangelogMode, ChangelogMode];
      return relation.type === 'inner' || relation.type === 'semi' ? union(left, right) : ALL;
    }
    case 'set':
      if (relation.operation === 'UNION') return union(...inputs);
      if (relation.all) return ALL;
      return append && relation.operation === 'INTERSECT' ? APPEND : ADD_DELETE;
  }
}

function union(...modes: readonly ChangelogMode[]): ChangelogMode {
  return new Set(modes.flatMap((mode) => [...mode]));
}

const NAMES: Partial<Record<Relation['kind'], string>> = {
  over: 'OVER',
  match: 'MATCH_RECOGNIZE',
  'window-join': 'A window join',
  'window-rank': 'A Top-N of windows',
  'interval-join': 'An interval join',
  deduplicate: 'Keeping the first or last row by time',
};

/** What a node is called that takes added rows only; `undefined` of one that takes all. */
function nameOfAppendOnly(relation: Relation): string | undefined {
  if (relation.kind === 'over' && timeColumnOf(relation) === undefined) return undefined;
  if (relation.kind === 'window-table' && relation.window.kind === 'SESSION')
    return 'A SESSION window by itself';
  return NAMES[relation.kind];
}

/** What makes a changelog, in words. */
export function describeChangelog(relation: Relation): string {
  switch (relation.kind) {
    case 'aggregate':
      return 'the GROUP BY before it';
    case 'rank':
      return 'the Top-N before it';
    case 'over':
      return 'the OVER window before it';
    case 'join':
      return 'the join before it';
    case 'deduplicate':
      return 'the de-duplication before it';
    case 'set':
      return `the ${relation.operation} before it`;
    case 'scan':
      return `the table ${relation.table.name}`;
    default: {
      const changing = inputsOf(relation).find((input) => !isAppendOnly(changelogMode(input)));
      return changing === undefined ? 'what is before it' : describeChangelog(changing);
    }
  }
}

/** @throws {TidemarkError} `not-on-changelog` where an operator takes added rows only, and its input changes others */
export function checkInputs(relation: Relation): void {
  const what = nameOfAppendOnly(relation);
  const inputs = inputsOf(relation);
  if (what !== undefined) {
    for (const input of inputs) {
      if (!isAppendOnly(changelogMode(input)))
        throw needsAppendOnly(what, describeChangelog(input), relation.at);
    }
  }
  if (
    relation.kind === 'sort' &&
    relation.limit === undefined &&
    relation.offset === 0 &&
    !isAppendOnly(changelogMode(relation.input))
  ) {
    throw needsAppendOnly('ORDER BY without LIMIT', describeChangelog(relation.input), relation.at);
  }
  if (relation.kind === 'over') overTime(relation);
  for (const input of inputs) checkInputs(input);
}
