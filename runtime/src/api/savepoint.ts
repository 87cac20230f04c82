import { savepointFiles } from '../checkpoint/savepoint-file.ts';
import { noSuchState } from '../engine/checkpoint-errors.ts';
import { operatorKey, type JobState } from '../engine/job-state.ts';
import type { NodeSnapshot } from '../engine/lane-snapshot.ts';
import { settle, type Entries } from '../state/entries.ts';
import { stateNameOf, unexpired } from '../state/state-store.ts';
import type { OperatorStateSnapshot } from '../state/operator-state.ts';
import { savedWindows } from './saved-windows.ts';

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

  /** One line: what there is to be read. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const states = this.operators().map((uid) => {
      const names = this.stateNames(uid).join(', ');
      return names === '' ? `'${uid}'` : `'${uid}' has ${names}`;
    });
    return `savepoint '${this.#path}': ${states.join('; ') || 'no state by key'}`;
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
    return [...new Set(tables.flatMap(({ columns }) => Object.keys(columns).map(stateNameOf)))];
  }

  /**
   * One state of an operator, of every key that has it: the value, the accumulator of a reducing or aggregating state, a list as
   * an array, a map as a `Map`; also of what expires.
   * @throws {TidemarkError} `no-such-state`, with what there is
   */
  readKeyedState<K = unknown, V = unknown>(uid: string, name: string): KeyedValue<K, V>[] {
    const names = this.stateNames(uid);
    if (!names.includes(name)) throw noSuchState(this.#path, `the state '${name}' of '${uid}'`, names);
    return this.#subtasks(uid).flatMap(({ tables }) => {
      const { keys, columns } = settle(tables?.['state'] ?? []);
      const cells = Object.keys(columns).filter((cell) => stateNameOf(cell) === name);
      return keys.flatMap((key, slot) =>
        cells.flatMap((cell) => {
          const value = columns[cell]![slot];
          return value === undefined ? [] : [{ key: key as K, value: unexpired(cell, value) as V }];
        }),
      );
    });
  }

  /**
   * A list of operator state, or a union list: the elements of all subtasks.
   * @throws {TidemarkError} `no-such-state`, with what there is
   */
  readListState<T = unknown>(uid: string, name: string): T[] {
    return this.#operatorStates(uid, name, ({ lists, unions }) => [lists, unions]).flat() as T[];
  }

  /**
   * A broadcast state, which is alike in all subtasks.
   * @throws {TidemarkError} `no-such-state`, with what there is
   */
  readBroadcastState<K = unknown, V = unknown>(uid: string, name: string): Map<K, V> {
    const [first] = this.#operatorStates(uid, name, ({ broadcast }) => [broadcast]);
    return new Map(first as ReadonlyMap<K, V>);
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

  /**
   * The open windows of an operator, by key: on a grid, sessions and what they have merged to, global and counted ones (which
   * end at `MAX_TIMESTAMP`).
   * @throws {TidemarkError} `no-such-state`
   */
  windows<K = unknown>(uid: string): SavedWindow<K>[] {
    return this.#subtasks(uid).flatMap((saved) => savedWindows(saved) as SavedWindow<K>[]);
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

  /** What subtasks hold under a name, where `of` looks for it. */
  #operatorStates(
    uid: string,
    name: string,
    of: (states: OperatorStateSnapshot) => readonly ReadonlyMap<string, unknown>[],
  ): unknown[] {
    const maps = Object.entries(this.#nodes)
      .filter(([key]) => operatorKey(key) === uid)
      .flatMap(([, { state }]) => operatorStatesIn(state).flatMap(of));
    const found = maps.flatMap((map) => (map.has(name) ? [map.get(name)] : []));
    if (found.length === 0) {
      const names = [...new Set(maps.flatMap((map) => [...map.keys()]))];
      throw noSuchState(this.#path, `the operator state '${name}' of '${uid}'`, names);
    }
    return found;
  }

  #tables(uid: string, table: string): Entries[] {
    return this.#subtasks(uid).flatMap(({ tables }) => tables?.[table] ?? []);
  }
}

/** Operator state in what an operator keeps beside its tables. */
function operatorStatesIn(state: unknown): OperatorStateSnapshot[] {
  if (typeof state !== 'object' || state === null) return [];
  const { operatorState, broadcast, host } = state as {
    readonly operatorState?: OperatorStateSnapshot;
    readonly broadcast?: ReadonlyMap<string, unknown>;
    readonly host?: unknown;
  };
  const none = new Map<string, unknown>();
  return [
    ...(operatorState === undefined ? [] : [operatorState]),
    ...(broadcast === undefined ? [] : [{ lists: none, unions: none, broadcast }]),
    ...operatorStatesIn(host),
  ];
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
