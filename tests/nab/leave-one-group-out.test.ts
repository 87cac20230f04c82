import { expect, test } from 'vitest';
import { leaveOneGroupOut, type Candidate } from './leave-one-group-out.ts';

const LENGTH = 200;
const WINDOW = [100, 119] as const;

/** A series with one window, and detections of these scores at these places. */
function series(detections: Readonly<Record<number, number>>) {
  const scores = new Float64Array(LENGTH);
  for (const [at, score] of Object.entries(detections)) scores[Number(at)] = score;
  return { scores, windows: [WINDOW] };
}

function candidate(name: string, first: Record<number, number>, second: Record<number, number>): Candidate {
  return {
    name,
    groups: new Map([
      ['first', [series(first)]],
      ['second', [series(second)]],
    ]),
  };
}

test('a group is scored by the threshold of the others, not by its own', () => {
  // At 0.95 the second group alone would be perfect; the first says 0.99, which finds nothing in it.
  const { groups, scores } = leaveOneGroupOut([candidate('only', { 100: 0.99 }, { 100: 0.95 })]);
  expect(groups.map(({ thresholds }) => thresholds)).toEqual([
    [0.95, 0.95, 0.95],
    [0.99, 0.99, 0.99],
  ]);
  expect(groups[0]!.scores).toEqual([100, 100, 100]);
  expect(groups[1]!.scores).toEqual([0, 0, 0]);
  expect(scores).toEqual([50, 50, 50]);
});

test('a group is scored by what is best on the others, not on it', () => {
  const good = { 100: 0.99 };
  const bad = { 50: 0.99 };
  const { groups } = leaveOneGroupOut([candidate('a', good, bad), candidate('b', bad, good)]);
  expect(groups.map(({ group, chosen }) => [group, chosen])).toEqual([
    ['first', 'b'],
    ['second', 'a'],
  ]);
  for (const { scores } of groups) expect(scores![0]).toBeLessThanOrEqual(0);
});

test('false alarms of a group without windows count', () => {
  const alarms = new Float64Array(LENGTH);
  alarms[50] = 0.99;
  const quiet = candidate('only', { 100: 0.99 }, { 100: 0.99 });
  const groups = new Map([...quiet.groups, ['none', [{ scores: alarms, windows: [] }]]]);
  const result = leaveOneGroupOut([{ name: 'only', groups }]);
  expect(result.groups[2]!.scores).toBeUndefined();
  // One of 0.11 (0.22), against two windows of 2 (3) points.
  expect(result.scores[0]).toBeCloseTo(100 - 11 / 4);
  expect(result.scores[1]).toBeCloseTo(100 - 22 / 4);
  expect(result.scores[2]).toBeCloseTo(100 - 11 / 6);
});
