import { savepointFiles } from '../checkpoint/savepoint-file.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import type { Entries } from '../state/entries.ts';
import { KeyIndex } from '../state/key-index.ts';
import type { StateSchema } from '../state/state-schema.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { badArgument } from '../errors.ts';
import { bootstrapped, withContents } from './bootstrapped-operator.ts';
import type { DataStream } from './data-stream.ts';
import type { KeyedValue, SavedTimer, SavedWindow } from './savepoint.ts';

/** What a written state is to be taken for, as its descriptor says. */
export interface WrittenStateOptions {
  /** Its kind; left out, any will do. */
  readonly kind?: 'value' | 'list' | 'map' | 'reducing' | 'aggregating';
  /** Its version, 1 by default; with `kind` only. */
  readonly version?: number;
}

/** A record that an operator of a savepoint is to have had. */
export interface BootstrapRecord<T> {
  /** The record. */
  readonly value: T;
  /** Its event time, epoch ms; windows of event time need one. */
  readonly timestamp?: number;
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
  /** Those whose state is what they have made of records. */
  readonly #whole: Record<string, NodeSnapshot> = {};

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

  /**
   * Adds the state of an operator that has been given records, and no watermark yet: windows of any assigner, trigger and evictor, process
   * functions with their state and timers. It runs here, and what it lets out is dropped (`OperatorTransformation.bootstrapWith` in Flink).
   * @param build makes the operator of a stream of these records, as the job does; it is what the savepoint has under `uid`
   * @throws {TidemarkError} `bad-argument` if it makes none, or there is state of that uid already; what the operator fails with
   * @example
   * const day = [{ value: { user: 'ada', amount: 7 }, timestamp: 5_000 }];
   * const writer = new SavepointWriter().withOperator('sums', day, (orders) =>
   *   orders.keyBy('user').window(TumblingEventTimeWindows.of('10 s')).sum('amount'),
   * );
   * writer.operators(); // → ['sums']
   */
  withOperator<T>(
    uid: string,
    records: Iterable<BootstrapRecord<T>>,
    build: (records: DataStream<T>) => DataStream<unknown>,
  ): this {
    return this.#put(uid, () => bootstrapped(uid, records, build));
  }

  /**
   * Adds windows with what they hold, as `savepoint.windows(uid)` reads them: accumulators where the operator reduces or aggregates, else lists
   * of records. Each gets the timer of its end; a trigger that keeps more needs the records (`withOperator`).
   * @param build makes the operator of a stream of records, as the job does
   * @throws {TidemarkError} `bad-argument` for a window that is none of the assigner's, for sessions of a key that meet, or if there is
   *   state of that uid already; `unsupported` for another trigger than the default ones
   * @example
   * const windows = [{ key: 'ada', start: 0, end: 10_000, value: 7 }];
   * new SavepointWriter().withWindows('sums', windows, (amounts: DataStream<number>) =>
   *   amounts.keyBy(() => 'ada').window(TumblingEventTimeWindows.of('9 s')).sum(0),
   * ); // throws 'bad-argument'
   */
  withWindows<T>(
    uid: string,
    windows: Iterable<SavedWindow>,
    build: (records: DataStream<T>) => DataStream<unknown>,
  ): this {
    return this.#put(uid, () => withContents(uid, windows, build));
  }

  #put(uid: string, state: () => NodeSnapshot): this {
    if (uid in this.#whole || uid in this.#nodes)
      throw badArgument('uid', uid, 'There is state of that operator already.', 'Give all of it at once.');
    this.#whole[uid] = state();
    return this;
  }

  /** One line: what is to be written. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const states = Object.entries(this.#nodes).map(([uid, { keyed, lists, unions, broadcast }]) => {
      const names = [...Object.keys(keyed), ...lists.keys(), ...unions.keys(), ...broadcast.keys()];
      return `'${uid}' has ${names.join(', ')}`;
    });
    const whole = Object.keys(this.#whole).map((uid) => `'${uid}'`);
    return `savepoint to be written: ${[...states, ...whole].join('; ') || 'nothing yet'}`;
  }

  /** Uids of the operators that it has state of. */
  operators(): string[] {
    return [...Object.keys(this.#nodes), ...Object.keys(this.#whole)];
  }

  /**
   * Writes the file.
   * @returns its absolute path
   */
  write(path: string): string {
    const nodes = Object.fromEntries(
      Object.entries(this.#nodes).map(([uid, node]): [string, NodeSnapshot] => [uid, snapshotOf(uid, node)]),
    );
    const lane = { now: 0, nodes: { ...nodes, ...this.#whole } };
    return savepointFiles.write(path, { sources: [], lane: { views: [], lane } });
  }

  #node(uid: string): OperatorToWrite {
    if (uid in this.#whole)
      throw badArgument('uid', uid, 'There is state of that operator already.', 'Give all of it at once.');
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
