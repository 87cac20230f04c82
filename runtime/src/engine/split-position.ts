import type { TimelineEntry } from './timeline.ts';

type Positioned = Pick<TimelineEntry, 'position' | 'split' | 'endsSplit'>;

const SPLIT = 'split of a source';

/** What a store keeps as the position of an entry: the position alone, or with the split that the entry is of. */
export function packPosition({ position, split, endsSplit }: Positioned): unknown {
  if (split === undefined) return position;
  return new Map<string, unknown>([
    [SPLIT, split],
    ['ends', endsSplit === true],
    ['position', position],
  ]);
}

/** What `packPosition` was given. */
export function unpackPosition(packed: unknown): Positioned {
  if (!(packed instanceof Map) || !packed.has(SPLIT)) return { position: packed };
  const split = packed.get(SPLIT) as string;
  const position: unknown = packed.get('position');
  return packed.get('ends') === true ? { position, split, endsSplit: true } : { position, split };
}
