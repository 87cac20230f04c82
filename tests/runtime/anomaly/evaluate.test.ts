import { describe, expect, test } from 'vitest';
import { evaluate } from 'tidemark';

const scored = (at: Readonly<Record<number, number>>, key?: string) =>
  Array.from({ length: 100 }, (_, i) => ({ key, timestamp: i * 1000, score: at[i] ?? 0 }));

describe('evaluate', () => {
  test('precision is by records, recall by windows', () => {
    const scores = scored({ 20: 1, 50: 1, 51: 1, 90: 1 });
    const labels = [
      { start: 50_000, end: 59_000 },
      { start: 70_000, end: 79_000 },
    ];
    const { standard } = evaluate(scores, labels, { threshold: 0.5 });
    expect(standard).toMatchObject({ threshold: 0.5, precision: 0.5, recall: 0.5, falseAlarms: 2 });
  });

  test('labels belong to the series of their key, and a threshold is for all', () => {
    const scores = [...scored({ 50: 0.6 }, 'a'), ...scored({ 20: 0.6, 70: 0.9 }, 'b')];
    const labels = [
      { key: 'a', start: 50_000, end: 59_000 },
      { key: 'b', start: 70_000, end: 79_000 },
    ];
    const { standard, lowFalsePositives } = evaluate(scores, labels);
    expect(standard).toMatchObject({ threshold: 0.6, recall: 1, falseAlarms: 1 });
    expect(standard.nab).toBeCloseTo((100 * (4 - 0.11)) / 4, 10);
    expect(lowFalsePositives.nab).toBeCloseTo((100 * (4 - 0.22)) / 4, 10);
  });

  test('without windows, a detector that says nothing is perfect', () => {
    expect(evaluate(scored({}), []).standard).toMatchObject({ precision: 1, recall: 1, falseAlarms: 0 });
  });

  test('a label of a key without scores is refused', () => {
    expect(() => evaluate(scored({}, 'a'), [{ key: 'b', start: 0, end: 1 }])).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });

  test('scores that go back in time are refused', () => {
    expect(() => evaluate([...scored({})].reverse(), [])).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });
});
