import { savepointFiles } from '../checkpoint/savepoint-file.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import type { Entries } from '../state/entries.ts';
import { KeyIndex } from '../state/key-index.ts';
import type { StateSchema } from '../state/state-schema.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import type { KeyedValue, SavedTimer } from './savepoint.ts';

/** What a written state is to be taken for, as its descriptor says. */
export interface WrittenStateOptions {
  /** Its kind; left out, any will do. */
  readonly kind?: 'value' | 'list' | 'map' | 'reducing' | 'aggregating';
  /** Its version, 1 by default; with `kind` only. */
  readonly version?: number;
}

interface OperatorToWrite {
  readonly keyed: Record<string, readonly KeyedValue[]>;
  readonly schemas: Record<string, StateSchema>;
  readonly timers: SavedTimer[];
  readonly lists: Map<string, unknown[]>;
  readonly unions: Map<string, unknown[]>;
  readonly broadcast: Map<string, Map<unknown, unknown>>;
}

/**
 * Writes a new savepoint from data, for a job to start from.
 * @example
 * const writer = new SavepointWriter().withKeyedState('sums', 'sum', [{ key: 'ada', value: 7 }]);
 * writer.operators(); // → ['sums']
 */
export class SavepointWriter {
  readonly #nodes: Record<string, OperatorToWrite> = {};

  /** Adds a keyed state of the operator with that uid: values, accumulators, arrays for a list, `Map`s for a map. */
  withKeyedState<K, V>(
    uid: string,
    name: string,
    values: Iterable<KeyedValue<K, V>>,
    options: WrittenStateOptions = {},
  ): this {
    const node = this.#node(uid);
    node.keyed[name] = [...values];
    const { kind, version = 1 } = options;
    if (kind !== undefined) node.schemas[name] = { kind, version };
    return this;
  }

  /** Adds timers of the operator with that uid, in the order in which they are registered. */
  withTimers<K>(uid: string, timers: Iterable<SavedTimer<K>>): this {
    this.#node(uid).timers.push(...timers);
    return this;
  }

  /** Adds a list of operator state, which subtasks share out; with `union`, each gets all of it. */
  withListState(
    uid: string,
    name: string,
    elements: Iterable<unknown>,
    options: { readonly union?: boolean } = {},
  ): this {
    const node = this.#node(uid);
    (options.union ? node.unions : node.lists).set(name, [...elements]);
    return this;
  }

  /** Adds a broadcast state. */
  withBroadcastState<K, V>(uid: string, name: string, entries: Iterable<readonly [K, V]>): this {
    this.#node(uid).broadcast.set(name, new Map(entries));
    return this;
  }

  /** One line: what is to be written. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const states = Object.entries(this.#nodes).map(([uid, { keyed, lists, unions, broadcast }]) => {
      const names = [...Object.keys(keyed), ...lists.keys(), ...unions.keys(), ...broadcast.keys()];
      return `'${uid}' has ${names.join(', ')}`;
    });
    return `savepoint to be written: ${states.join('; ') || 'nothing yet'}`;
  }

  /** Uids of the operators that it has state of. */
  operators(): string[] {
    return Object.keys(this.#nodes);
  }

  /**
   * Writes the file.
   * @returns its absolute path
   */
  write(path: string): string {
    const nodes = Object.fromEntries(
      Object.entries(this.#nodes).map(([uid, node]): [string, NodeSnapshot] => [uid, snapshotOf(uid, node)]),
    );
    return savepointFiles.write(path, { sources: [], lane: { views: [], lane: { now: 0, nodes } } });
  }

  #node(uid: string): OperatorToWrite {
    return (this.#nodes[uid] ??= {
      keyed: {},
      schemas: {},
      timers: [],
      lists: new Map(),
      unions: new Map(),
      broadcast: new Map(),
    });
  }
}

function snapshotOf(
  uid: string,
  { keyed, schemas, timers, lists, unions, broadcast }: OperatorToWrite,
): NodeSnapshot {
  const besides = lists.size + unions.size + broadcast.size > 0;
  const host = { sweep: undefined, operatorState: { lists, unions, broadcast } };
  const inDomain = (domain: SavedTimer['domain']): Entries[] =>
    timersOf(timers.filter((timer) => timer.domain === domain));
  return {
    name: uid,
    ...UNTOUCHED,
    // Functions of one stream find it on top, those of a broadcast stream beside what is broadcast.
    state: besides ? { ...host, broadcast, host } : undefined,
    schemas: { state: schemas },
    tables: {
      state: [entriesOf(keyed)],
      'event-timers': inDomain('event-time'),
      'processing-timers': inDomain('processing-time'),
    },
  };
}

/** Times and places in the order of registration, by turns, of each key. */
function timersOf(timers: readonly SavedTimer[]): Entries[] {
  if (timers.length === 0) return [];
  const index = new KeyIndex();
  const column: number[][] = [];
  timers.forEach(({ key, time }, place) => (column[index.slotOf(key)] ??= []).push(time, place));
  return [{ slots: column.map((_, slot) => slot), keys: index.keys, columns: { timers: column } }];
}

/** What an operator is that has processed nothing. */
const UNTOUCHED = { watermark: MIN_TIMESTAMP, idle: false, lateRecords: 0, recordsIn: 0 };

function entriesOf(states: Readonly<Record<string, readonly KeyedValue[]>>): Entries {
  const index = new KeyIndex();
  const columns: Record<string, unknown[]> = {};
  for (const [name, values] of Object.entries(states)) {
    const column: unknown[] = (columns[name] = []);
    for (const { key, value } of values) column[index.slotOf(key)] = value;
  }
  const slots = index.keys.map((_, slot) => slot);
  return {
    slots,
    keys: index.keys,
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, slots.map((slot) => column[slot])]),
    ),
  };
}
