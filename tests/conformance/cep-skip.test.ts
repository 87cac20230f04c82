import { describe, expect, test } from 'vitest';
import { AfterMatchSkipStrategy, CEP, Pattern, type DataStream } from 'tidemark';
import { element, testJob, watermark } from 'tidemark/testing';
import { finds, is, letters, type Letter, type LetterPattern } from './cep-letters.ts';

const { noSkip, skipToNext, skipPastLastEvent, skipToFirst, skipToLast } = AfterMatchSkipStrategy;
const begin = (name: string, skip: AfterMatchSkipStrategy) => Pattern.begin<Letter>(name, skip);
const a = (skip: AfterMatchSkipStrategy) => begin('a', skip).where(is('a'));
const has = (kind: string) => (letter: Letter) => letter.kind.includes(kind);

describe('three in a row', () => {
  const three = (skip: AfterMatchSkipStrategy) => () => a(skip).times(3) as LetterPattern;
  finds('no skip', three(noSkip()), 'a1 a2 a3 a4 a5 a6', 'a1 a2 a3, a2 a3 a4, a3 a4 a5, a4 a5 a6');
  finds('past the last', three(skipPastLastEvent()), 'a1 a2 a3 | a4 a5 a6', 'a1 a2 a3, a4 a5 a6');
});

describe('followedByAny', () => {
  const ab = (skip: AfterMatchSkipStrategy) => () => a(skip).followedByAny('b').where(is('b'));
  finds('no skip', ab(noSkip()), 'a1 b1 a2 b2', 'a1 b1, a1 b2, a2 b2');
  finds('to the next', ab(skipToNext()), 'a1 b1 a2 b2', 'a1 b1, a2 b2');
  finds(
    'past the last, of many at once',
    () =>
      a(skipPastLastEvent())
        .followedByAny('b')
        .where(is('b'))
        .followedByAny('c')
        .where(is('c'))
        .followedBy('d')
        .where(is('d')),
    'a1 a2 b1 b2 c1 c2 d1 d2',
    'a1 b1 c1 d1',
  );
  finds(
    'past the last, of one that fails',
    () => a(skipPastLastEvent()).next('b').where(is('b')),
    'a1 c a2 b2',
    'a2 b2',
  );
});

describe('one or more at the end', () => {
  const ab = (skip: AfterMatchSkipStrategy) => () =>
    a(skip).next('b').where(is('b')).oneOrMore() as LetterPattern;
  finds('no skip', ab(noSkip()), 'a1 b1 b2 b3', 'a1 b1 b2 b3, a1 b1 b2, a1 b1');
  finds('to the next', ab(skipToNext()), 'a1 b1 b2 b3', 'a1 b1');
  const strict = (skip: AfterMatchSkipStrategy) => () =>
    a(skip).next('b').where(is('b')).oneOrMore().consecutive() as LetterPattern;
  finds('to the first', strict(skipToFirst('b')), 'a1 b1 a2 b2 b3 a3 b4', 'a1 b1, a2 b2, a3 b4');
  finds('to the last', strict(skipToLast('b')), 'a1 b1 a2 b2 b3 a3 b4', 'a1 b1, a2 b2, a3 b4');
});

describe('one or more at the begin, greedy', () => {
  const ab = (skip: AfterMatchSkipStrategy) => () =>
    a(skip).oneOrMore().consecutive().greedy().next('b').where(is('b')) as LetterPattern;
  finds('past the last', ab(skipPastLastEvent()), 'a1 a2 a3 b1', 'a1 a2 a3 b1');
  finds('to the last', ab(skipToLast('a')), 'a1 a2 a3 b1', 'a1 a2 a3 b1, a3 b1');
  finds('to the first', ab(skipToFirst('a')), 'a1 a2 a3 b1', 'a1 a2 a3 b1, a2 a3 b1, a3 b1');
  finds('no skip', ab(noSkip()), 'a1 a2 a3 b1', 'a1 a2 a3 b1, a2 a3 b1, a3 b1');
  finds('to the next', ab(skipToNext()), 'a1 a2 a3 b1', 'a1 a2 a3 b1, a2 a3 b1, a3 b1');
});

describe('to a part', () => {
  const twice = (skip: AfterMatchSkipStrategy) => () =>
    begin('start', skip).where(has('a')).times(2).next('end').where(has('b')).times(2) as LetterPattern;
  finds(
    'the first of it',
    twice(skipToFirst('end')),
    'ab1 ab2 ab3 ab4 ab5 ab6',
    'ab1 ab2 ab3 ab4, ab3 ab4 ab5 ab6',
  );
  finds(
    'the last of it',
    twice(skipToLast('end')),
    'ab1 ab2 ab3 ab4 ab5 ab6 ab7',
    'ab1 ab2 ab3 ab4, ab4 ab5 ab6 ab7',
  );
  finds(
    'behind one that is missing',
    () =>
      begin('x', skipToFirst('b'))
        .where(is('x'))
        .oneOrMore()
        .optional()
        .next('b')
        .where(is('ab'))
        .next('c')
        .where(is('c')) as LetterPattern,
    'ab1 c1 ab2 c2',
    'ab1 c1, ab2 c2',
  );
  finds(
    'where the match begins',
    () => begin('b', skipToFirst('b')).where(is('ab')).next('c').where(is('c')),
    'ab1 c1 ab2 c2',
    'ab1 c1, ab2 c2',
  );
  finds(
    'what began in between is thrown away',
    () =>
      begin('a or c', skipToFirst('c*'))
        .where(is('a'))
        .or(is('c'))
        .followedBy('b or c')
        .where(is('b'))
        .or(is('c'))
        .followedBy('c*')
        .where(is('c'))
        .oneOrMore()
        .greedy()
        .followedBy('d')
        .where(is('d')) as LetterPattern,
    'a b c1 c2 c3 d',
    'a b c1 c2 c3 d, c1 c2 c3 d',
  );
  const samePrice =
    (kind: string) => (letter: Letter, context: { getEventsForPattern(name: string): readonly unknown[] }) =>
      letter.kind === kind && letter.price === (context.getEventsForPattern('a')[0] as Letter).price;
  finds(
    'a match that is complete waits for one that began before it',
    () => a(skipToFirst('c')).followedBy('c').where(is('c')).followedBy('b').where(samePrice('b')),
    'a1:0 c1 a2:1 c2 b1:1 b2:0',
    'a1 c1 b2, a2 c2 b1',
  );
  finds(
    'and is ruled out by it',
    () => a(skipPastLastEvent()).followedBy('b').where(samePrice('b')),
    'a1:0 a2:1 b1:1 b2:0 a3 b3',
    'a1 b2, a3 b3',
  );
  finds(
    'or let go when that has run out of time',
    () => a(skipPastLastEvent()).followedBy('b').where(samePrice('b')).within(5),
    'a1:0@0 a2:1@1 b1:1@2 x@10',
    'a2 b1',
  );
  const missing = (skip: AfterMatchSkipStrategy) => () =>
    a(skip)
      .next('b')
      .where(is('b'))
      .oneOrMore()
      .optional()
      .consecutive()
      .next('c')
      .where(is('c')) as LetterPattern;
  finds('that is not there skips nothing', missing(skipToFirst('b')), 'a c', 'a c');
  finds('that is not there skips nothing, the last', missing(skipToLast('b')), 'a c', 'a c');

  const failure = async (pattern: LetterPattern, text: string): Promise<unknown> => {
    const steps = letters(text).map((letter) => element(letter, letter.time));
    const run = testJob([...steps, watermark(100)], (input: DataStream<Letter>) =>
      CEP.pattern(input, pattern).select(() => 1),
    );
    const error = (await run.catch((thrown: unknown) => thrown)) as { cause?: { code?: string } };
    return error.cause?.code;
  };
  test.each([
    ['first', skipToFirst('b')],
    ['last', skipToLast('b')],
  ])('that is not there fails the stream if it is to: %s', async (_which, skip) => {
    expect(await failure(missing(skip.throwExceptionOnMiss())(), 'a c')).toBe('skip-target-missing');
  });
  test('where the match begins fails the stream if it is to', async () => {
    expect(await failure(a(skipToFirst('a').throwExceptionOnMiss()), 'a')).toBe('skips-nowhere');
  });
});
