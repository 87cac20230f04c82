import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../runtime/src/engine/timeline.ts';

const batch = (source: string, count: number) =>
  ({
    stamp: 0,
    source,
    kind: 'batch',
    count,
    batch: { values: Array.from({ length: count }, (_, i) => i), timestamps: undefined },
  }) as const;

describe('timeline', () => {
  it('numbers entries without gaps, across sources', () => {
    const timeline = new Timeline();
    expect(
      [timeline.append(batch('a', 1)), timeline.append(batch('b', 2)), timeline.append(batch('a', 3))].map(
        (e) => e.seq,
      ),
    ).toEqual([1, 2, 3]);
    expect(timeline.lastOf('a')?.count).toBe(3);
    expect(timeline.lastOf('a', 2)?.count).toBe(1);
    expect(timeline.lastOf('c')).toBeUndefined();
  });

  it('forgets what came after a cut and goes on with the next number (law 7)', () => {
    const timeline = new Timeline();
    for (let i = 0; i < 5; i++) timeline.append(batch('a', i));
    expect(timeline.truncateAfter(2).map((entry) => entry.seq)).toEqual([3, 4, 5]);
    expect(timeline.head).toBe(2);
    expect(timeline.append(batch('a', 9)).seq).toBe(3);
  });

  it('drops the oldest entries and keeps the numbers of the others', () => {
    const timeline = new Timeline();
    for (let i = 0; i < 5; i++) timeline.append(batch('a', i));
    timeline.dropThrough(3);
    expect([timeline.tail, timeline.head]).toEqual([4, 5]);
    expect(timeline.at(3)).toBeUndefined();
    expect([...timeline.between(0)].map((entry) => entry.count)).toEqual([3, 4]);
    timeline.dropThrough(5);
    expect(timeline.append(batch('a', 1)).seq).toBe(6);
  });

  it('knows where sources stand, also those whose entries are gone', () => {
    const timeline = new Timeline();
    for (const source of ['a', 'b', 'a', 'c', 'a']) timeline.append(batch(source, 1));
    expect(timeline.places.map(({ source, seq }) => [source, seq])).toEqual([
      ['a', 5],
      ['b', 2],
      ['c', 4],
    ]);
    timeline.dropThrough(4);
    expect(timeline.lastOf('b')?.seq).toBe(2);
    const taken = new Timeline(6, [], timeline.places);
    expect([taken.tail, taken.head, taken.lastOf('c')?.seq]).toEqual([6, 5, 4]);
    taken.append(batch('c', 1));
    expect([taken.lastOf('c')?.seq, taken.lastOf('c', 5)?.seq]).toEqual([6, 4]);
    taken.truncateAfter(5);
    expect(taken.lastOf('c')?.seq).toBe(4);
    // Back to before its first entry, to what was known then.
    taken.truncateAfter(3, [{ ...batch('a', 1), seq: 3 }]);
    expect([taken.tail, taken.head, taken.lastOf('a')?.seq, taken.lastOf('c')]).toEqual([4, 3, 3, undefined]);
  });

  it('goes on from a recording', () => {
    const timeline = new Timeline(1, [
      { ...batch('a', 1), seq: 7 },
      { ...batch('a', 2), seq: 8 },
    ]);
    expect([timeline.tail, timeline.head]).toEqual([7, 8]);
  });
});
