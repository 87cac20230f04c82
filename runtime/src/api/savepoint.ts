import { savepointFiles } from '../checkpoint/savepoint-file.ts';
import { noSuchState } from '../engine/checkpoint-errors.ts';
import { operatorKey, type JobState } from '../engine/job-state.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import { byPart, settle, type Entries } from '../state/entries.ts';
import { KeyIndex } from '../state/key-index.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';

/** The value of one key. */
export interface KeyedValue<K = unknown, V = unknown> {
  /** The key. */
  readonly key: K;
  /** What its state holds: the value, an array for a list, a `Map` for a map. */
  readonly value: V;
}

/** A timer that waits. */
export interface SavedTimer<K = unknown> {
  /** Whose it is. */
  readonly key: K;
  /** When it is due, epoch ms. */
  readonly time: number;
  /** By which clock. */
  readonly domain: 'event-time' | 'processing-time';
}

/** An open window of a key. */
export interface SavedWindow<K = unknown> {
  /** The key. */
  readonly key: K;
  /** Its start, epoch ms. */
  readonly start: number;
  /** Its end, epoch ms. */
  readonly end: number;
  /** Its accumulator, or its elements. */
  readonly value: unknown;
}

/** Reads the state in a savepoint. Made by `savepoint(path)`. */
export class Savepoint {
  readonly #state: JobState;
  readonly #path: string;

  /** Use `savepoint`. @internal */
  constructor(path: string, state: JobState) {
    this.#path = path;
    this.#state = state;
  }

  /** Uids of the operators that have state, or their fingerprints if they have none. */
  operators(): string[] {
    return [
      ...new Set(
        Object.entries(this.#nodes).flatMap(([key, { tables }]) => (tables ? [operatorKey(key)] : [])),
      ),
    ];
  }

  /** Names of the keyed states of an operator. @throws {TidemarkError} `no-such-state` */
  stateNames(uid: string): string[] {
    const tables = this.#tables(uid, 'state');
    return [...new Set(tables.flatMap(({ columns }) => Object.keys(columns)))];
  }

  /**
   * One state of an operator, of every key that has it.
   * @throws {TidemarkError} `no-such-state`, with what there is
   */
  readKeyedState<K = unknown, V = unknown>(uid: string, name: string): KeyedValue<K, V>[] {
    const names = this.stateNames(uid);
    if (!names.includes(name)) throw noSuchState(this.#path, `the state '${name}' of '${uid}'`, names);
    return this.#subtasks(uid).flatMap(({ tables }) => {
      const { keys, columns } = settle(tables?.['state'] ?? []);
      return keys.flatMap((key, slot) => {
        const value = columns[name]?.[slot];
        return value === undefined ? [] : [{ key: key as K, value: value as V }];
      });
    });
  }

  /** The timers of an operator, by key. @throws {TidemarkError} `no-such-state` */
  timers<K = unknown>(uid: string): SavedTimer<K>[] {
    return this.#subtasks(uid).flatMap(({ tables }) =>
      (['event-time', 'processing-time'] as const).flatMap((domain) => {
        const { keys, columns } = settle(
          tables?.[domain === 'event-time' ? 'event-timers' : 'processing-timers'] ?? [],
        );
        return keys.flatMap((key, slot) => {
          // Times and places in the order of registration, by turns.
          const held = (columns['timers']?.[slot] ?? []) as readonly number[];
          return held.filter((_, at) => at % 2 === 0).map((time) => ({ key: key as K, time, domain }));
        });
      }),
    );
  }

  /** The open windows of an operator that aggregates aligned windows, by key. @throws {TidemarkError} `no-such-state` */
  windows<K = unknown>(uid: string): SavedWindow<K>[] {
    return this.#subtasks(uid).flatMap(({ tables, state }) => {
      const panes = (state as { panes?: readonly { start: number; end: number }[] } | undefined)?.panes ?? [];
      const parts = byPart(tables?.['windows'] ?? []);
      return panes.flatMap(({ start, end }) => {
        const { keys, columns } = settle(parts.get(start) ?? []);
        return keys.flatMap((key, slot) =>
          key === undefined ? [] : [{ key: key as K, start, end, value: columns['accumulator']?.[slot] }],
        );
      });
    });
  }

  get #nodes(): Readonly<Record<string, NodeSnapshot>> {
    return this.#state.lane.lane?.nodes ?? {};
  }

  #subtasks(uid: string): NodeSnapshot[] {
    const found = Object.entries(this.#nodes).flatMap(([key, saved]) =>
      operatorKey(key) === uid && saved.tables !== undefined ? [saved] : [],
    );
    if (found.length === 0)
      throw noSuchState(this.#path, `an operator '${uid}' with state`, this.operators());
    return found;
  }

  #tables(uid: string, table: string): Entries[] {
    return this.#subtasks(uid).flatMap(({ tables }) => tables?.[table] ?? []);
  }
}

/**
 * Opens a savepoint to look at the state in it.
 * @throws {TidemarkError} `no-savepoint`, `savepoint-damaged`, `savepoint-too-new`
 * @example
 * savepoint('/nowhere/savepoint'); // throws 'no-savepoint'
 */
export function savepoint(path: string): Savepoint {
  return new Savepoint(path, savepointFiles.read(path));
}

/**
 * Writes a new savepoint from data, for a job to start from.
 * @example
 * const writer = new SavepointWriter().withKeyedState('sums', 'sum', [{ key: 'ada', value: 7 }]);
 * writer.operators(); // → ['sums']
 */
export class SavepointWriter {
  readonly #nodes: Record<string, Record<string, readonly KeyedValue[]>> = {};

  /** Adds a keyed state of the operator with that uid. */
  withKeyedState<K, V>(uid: string, name: string, values: Iterable<KeyedValue<K, V>>): this {
    (this.#nodes[uid] ??= {})[name] = [...values];
    return this;
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
      Object.entries(this.#nodes).map(([uid, states]): [string, NodeSnapshot] => [
        uid,
        { name: uid, ...UNTOUCHED, tables: { state: [entriesOf(states)] } },
      ]),
    );
    return savepointFiles.write(path, { sources: [], lane: { views: [], lane: { now: 0, nodes } } });
  }
}

/** What an operator is that has processed nothing. */
const UNTOUCHED = { watermark: MIN_TIMESTAMP, idle: false, lateRecords: 0, recordsIn: 0, state: undefined };

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
