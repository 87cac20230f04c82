import { byPart, settle, type Entries, type TableEntries } from './entries.ts';
import { keyGroupOf, subtaskOf } from './key-group.ts';

/** Spreads entries of several subtasks over another number of them, each to the subtask that has its key's group. */
export function redistributeTables(
  tables: readonly TableEntries[],
  parallelism: number,
  maxParallelism: number,
): TableEntries[] {
  const spread = Array.from({ length: parallelism }, (): Record<string, Entries[]> => ({}));
  for (const ofSubtask of tables) {
    for (const [name, entries] of Object.entries(ofSubtask)) {
      for (const [part, written] of byPart(entries)) {
        spreadPart(part, written, parallelism, maxParallelism).forEach((target, at) => {
          if (target !== undefined) (spread[at]![name] ??= []).push(target);
        });
      }
    }
  }
  return spread.map((ofSubtask) =>
    Object.fromEntries(Object.entries(ofSubtask).map(([name, entries]) => [name, besideEachOther(entries)])),
  );
}

/** Entries of one part, by the subtask that they go to; their slots are those that they had. */
function spreadPart(
  part: number | undefined,
  entries: readonly Entries[],
  parallelism: number,
  maxParallelism: number,
): (Entries | undefined)[] {
  const { keys, columns } = settle(entries);
  const names = Object.keys(columns);
  const targets = Array.from({ length: parallelism }, () => ({
    slots: [] as number[],
    keys: [] as unknown[],
    columns: Object.fromEntries(names.map((name) => [name, [] as unknown[]])),
  }));
  keys.forEach((key, slot) => {
    if (key === undefined) return;
    const target = targets[subtaskOf(keyGroupOf(key, maxParallelism), maxParallelism, parallelism)]!;
    target.slots.push(slot);
    target.keys.push(key);
    for (const name of names) target.columns[name]!.push(columns[name]![slot]);
  });
  return targets.map((target) =>
    target.keys.length === 0 ? undefined : { ...(part === undefined ? {} : { part }), ...target },
  );
}

/** Entries from several subtasks had the same slots: each gets one of its own, in the order in which they come. */
function besideEachOther(entries: readonly Entries[]): Entries[] {
  const next = new Map<number | undefined, number>();
  return entries.map((written) => {
    const from = next.get(written.part) ?? 0;
    next.set(written.part, from + written.slots.length);
    return { ...written, slots: written.slots.map((_, at) => from + at) };
  });
}
