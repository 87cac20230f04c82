import { expect, test } from 'vitest';
import { CEP, type DataStream, type Match, type Pattern } from 'tidemark';
import { element, snapshot, testJob, watermark, type TestStep } from 'tidemark/testing';

/** An event of a test: `a1` is one of kind `a`; `a1:5` has the price 5, `a1@30` the timestamp 30. */
export interface Letter {
  readonly kind: string;
  readonly text: string;
  readonly price: number;
  readonly time: number;
  readonly key: number;
}

/** A pattern of letters; `any` in place of what tells its parts apart. */
export type LetterPattern = Pattern<Letter, object, object, Letter>;

/** Reads `c a1 a2:5 d@30`; an event without a timestamp comes 1 after the one before. */
export function letters(text: string, key = 0): Letter[] {
  let time = -1;
  return text.split(/\s+/).map((word) => {
    const [, name, , price, , at] = /^([^:@|]+)(:([\d.]+))?(@(\d+))?$/.exec(word)!;
    time = at === undefined ? time + 1 : Number(at);
    return { kind: name!.replace(/\d+$/, ''), text: name!, price: Number(price ?? 0), time, key };
  });
}

/** A condition that takes letters of a kind. */
export const is = (kind: string) => (letter: Letter) => letter.kind === kind;

/** The events of a match in the order they came, as `a1 b`. */
export function show(match: Match<object>): string {
  const all = (Object.values(match) as (readonly Letter[])[]).flat();
  return all
    .sort((a, b) => a.time - b.time)
    .map(({ text }) => text)
    .join(' ');
}

const KEYS = [1, 2, 3];

/** All ways in which the same must be found. */
const WAYS = [
  { stepwise: true, snapshotEveryStep: false, parallelism: 1 },
  { stepwise: true, snapshotEveryStep: true, parallelism: 1 },
  { stepwise: false, snapshotEveryStep: false, parallelism: 1 },
  { stepwise: true, snapshotEveryStep: true, parallelism: 3 },
] as const;

/**
 * Expects a pattern to be found in letters, whether or not watermarks come after each, the job is restored after every step, and
 * keys are spread over subtasks. The letters come for several keys in turn.
 * @param matches as `a1 b, a2 b`
 * @param from text to read letters from; `|` is a snapshot
 */
export function finds(title: string, pattern: () => LetterPattern, from: string, matches: string): void {
  test(title, async () => {
    const wanted = matches === '' ? [] : matches.split(/\s*,\s*/);
    const expected = KEYS.flatMap((key) => wanted.map((match) => `${key}: ${match}`));
    for (const way of WAYS) {
      const { records, leaks } = await testJob(
        stepsOf(from, way.stepwise),
        (input: DataStream<Letter>) =>
          CEP.pattern(input.keyBy('key'), pattern()).select((match) => `${keyOf(match)}: ${show(match)}`),
        { snapshotEveryStep: way.snapshotEveryStep, parallelism: way.parallelism, end: true },
      );
      expect(records.map(({ value }) => value).sort(), JSON.stringify(way)).toEqual([...expected].sort());
      expect(leaks?.timers).toBe(0);
    }
  });
}

function keyOf(match: Match<object>): number {
  return (Object.values(match) as (readonly Letter[])[])[0]![0]!.key;
}

function stepsOf(from: string, stepwise: boolean): TestStep<Letter>[] {
  const steps: TestStep<Letter>[] = [];
  const perKey = KEYS.map((key) => letters(from.replaceAll('|', ' ').trim(), key));
  const cuts = [...from.matchAll(/\|/g)].map(({ index }) => from.slice(0, index).trim().split(/\s+/).length);
  perKey[0]!.forEach((_, at) => {
    if (cuts.includes(at)) steps.push(snapshot());
    const { time } = perKey[0]![at]!;
    for (const events of perKey) steps.push(element(events[at]!, time));
    if (stepwise) steps.push(watermark(time));
  });
  return steps;
}
