import type { OperatorStateSnapshot } from '../state/operator-state.ts';
import type { SweepSnapshot } from '../state/ttl-sweeper.ts';
import type { PaneSnapshot } from './pane.ts';

/** What operators keep beside their tables, as far as several have it alike. */
interface Beside {
  readonly operatorState?: OperatorStateSnapshot;
  readonly sweep?: SweepSnapshot;
  readonly panes?: readonly PaneSnapshot[];
  readonly broadcast?: unknown;
  readonly host?: Beside;
}

/**
 * What operators keep beside their tables, for another number of subtasks: lists are split evenly, union lists are all
 * everybody's, what is broadcast is the same everywhere, and so are the open windows.
 */
export function redistributeBeside(states: readonly unknown[], parallelism: number): unknown[] {
  const known = states.filter((state): state is Beside => typeof state === 'object' && state !== null);
  if (known.length === 0) return Array.from({ length: parallelism }, () => undefined);
  const lists = evenly(known, parallelism);
  const sweep = earliest(known.flatMap((state) => state.sweep ?? []));
  const panes = openPanes(known);
  const hosts = known.flatMap(({ host }) => host ?? []);
  const besideHosts = hosts.length === 0 ? undefined : redistributeBeside(hosts, parallelism);
  return Array.from({ length: parallelism }, (_, at) => ({
    ...known[0],
    sweep,
    ...(lists === undefined ? {} : { operatorState: lists[at] }),
    ...(panes === undefined ? {} : { panes }),
    ...(besideHosts === undefined ? {} : { host: besideHosts[at] }),
  }));
}

/** A list of several subtasks, split so that no two parts differ by more than one element. */
export function splitEvenly<T>(all: readonly T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, at) =>
    all.slice(Math.floor((at * all.length) / parts), Math.floor(((at + 1) * all.length) / parts)),
  );
}

function evenly(states: readonly Beside[], parallelism: number): OperatorStateSnapshot[] | undefined {
  const saved = states.flatMap(({ operatorState }) => operatorState ?? []);
  if (saved.length === 0) return undefined;
  const lists = joined(saved.map((state) => state.lists));
  const unions = joined(saved.map((state) => state.unions));
  const { versions } = saved[0]!;
  return Array.from({ length: parallelism }, (_, at) => ({
    ...(versions === undefined ? {} : { versions }),
    lists: new Map([...lists].map(([name, list]) => [name, splitEvenly(list, parallelism)[at]])),
    // Copies: each may go on to change its own.
    unions: new Map([...unions].map(([name, list]) => [name, [...list]])),
    broadcast: new Map(
      [...saved[0]!.broadcast].map(([name, map]) => [name, new Map(map as ReadonlyMap<unknown, unknown>)]),
    ),
  }));
}

function joined(states: readonly ReadonlyMap<string, unknown>[]): Map<string, unknown[]> {
  const all = new Map<string, unknown[]>();
  for (const state of states)
    for (const [name, list] of state) all.set(name, [...(all.get(name) ?? []), ...(list as unknown[])]);
  return all;
}

function earliest(sweeps: readonly SweepSnapshot[]): SweepSnapshot | undefined {
  if (sweeps.length === 0) return undefined;
  return {
    nextTime: Math.min(...sweeps.map(({ nextTime }) => nextTime)),
    shortest: Math.min(...sweeps.map(({ shortest }) => shortest)),
  };
}

function openPanes(states: readonly Beside[]): PaneSnapshot[] | undefined {
  if (!states.some(({ panes }) => panes !== undefined)) return undefined;
  const open = new Map<number, PaneSnapshot>();
  for (const { panes = [] } of states) for (const pane of panes) open.set(pane.start, pane);
  return [...open.values()].sort((a, b) => a.start - b.start);
}
