import { expect, test } from 'vitest';
import { AfterMatchSkipStrategy, CEP, Pattern, StreamExecutionEnvironment } from 'tidemark';

const begin = () => Pattern.begin<number>('start');
const anything = () => true;
const apply = (pattern: Pattern<number, object, object, number>) =>
  CEP.pattern(StreamExecutionEnvironment.getExecutionEnvironment().fromData(1), pattern);
const cycle = begin().next('a').next('b');

test.each<[title: string, code: string, work: () => unknown]>([
  ['two parts of one name', 'malformed-pattern', () => apply(begin().next('a').next('start'))],
  ['two parts of one name, in a group', 'malformed-pattern', () => apply(begin().next(begin().next('a')))],
  ['notFollowedBy at the end, without a time', 'malformed-pattern', () => apply(begin().notFollowedBy('a'))],
  [
    'a skip strategy to no part',
    'malformed-pattern',
    () => apply(Pattern.begin<number>('a', AfterMatchSkipStrategy.skipToLast('b'))),
  ],
  [
    'more time before a part than for the whole',
    'malformed-pattern',
    () => apply(begin().next('a').within(20, 'previous-and-current').next('b').within(10)),
  ],
  ['notNext right after an optional part', 'unsupported', () => begin().optional().notNext('a')],
  ['notFollowedBy right after an optional part', 'unsupported', () => begin().times(0, 2).notFollowedBy('a')],
  ['oneOrMore of what must not come', 'malformed-pattern', () => begin().notNext('a').oneOrMore()],
  ['times of what must not come', 'malformed-pattern', () => begin().notFollowedBy('a').times(2)],
  ['timesOrMore of what must not come', 'malformed-pattern', () => begin().notFollowedBy('a').timesOrMore(2)],
  ['optional of what must not come', 'malformed-pattern', () => begin().notNext('a').optional()],
  ['greedy of what must not come', 'malformed-pattern', () => begin().notNext('a').greedy()],
  ['greedy of a part that occurs once', 'malformed-pattern', () => begin().greedy()],
  ['greedy of a group', 'malformed-pattern', () => Pattern.begin(cycle).oneOrMore().greedy()],
  ['greedy with combinations', 'malformed-pattern', () => begin().oneOrMore().allowCombinations().greedy()],
  ['optional twice', 'malformed-pattern', () => begin().optional().optional()],
  ['two numbers of times', 'malformed-pattern', () => begin().oneOrMore().times(2)],
  ['consecutive of a part that occurs once', 'malformed-pattern', () => begin().consecutive()],
  ['combinations of a part that occurs once', 'malformed-pattern', () => begin().allowCombinations()],
  ['consecutive twice', 'malformed-pattern', () => begin().times(2).consecutive().consecutive()],
  ['combinations twice', 'malformed-pattern', () => begin().times(2).allowCombinations().allowCombinations()],
  [
    'consecutive and combinations',
    'malformed-pattern',
    () => begin().times(2).consecutive().allowCombinations(),
  ],
  [
    'combinations and consecutive',
    'malformed-pattern',
    () => begin().times(2).allowCombinations().consecutive(),
  ],
  ['until of a part that occurs once', 'malformed-pattern', () => begin().until(anything)],
  ['until of a part that ends by itself', 'malformed-pattern', () => begin().times(3).until(anything)],
  ['until twice', 'malformed-pattern', () => begin().oneOrMore().until(anything).until(anything)],
  ['a condition of a group', 'malformed-pattern', () => Pattern.begin(cycle).where(anything)],
  ['a condition that is none', 'bad-argument', () => begin().where(3 as never)],
  ['an alternative that is none', 'bad-argument', () => begin().or(undefined as never)],
  ['a subtype that is none', 'bad-argument', () => begin().subtype('a' as never)],
  [
    'an end that is none',
    'bad-argument',
    () =>
      begin()
        .oneOrMore()
        .until(null as never),
  ],
  ['no times', 'bad-argument', () => begin().times(0)],
  ['times backwards', 'bad-argument', () => begin().times(3, 2)],
  ['half a time', 'bad-argument', () => begin().timesOrMore(1.5)],
  ['no time', 'bad-argument', () => begin().within(0)],
  ['a time backwards', 'bad-argument', () => begin().oneOrMore(-1)],
  ['no name', 'bad-argument', () => begin().next('')],
  ['a name that is none', 'bad-argument', () => Pattern.begin(3 as never)],
  ['no pattern', 'bad-argument', () => apply({} as never)],
  ['a select function that is none', 'bad-argument', () => apply(begin()).select(1 as never)],
  ['a flatSelect function that is none', 'bad-argument', () => apply(begin()).flatSelect('late' as never)],
])('%s: %s', (_title, code, work) => {
  expect(work).toThrow(expect.objectContaining({ code }));
});

test('an error says which part, why, and what to do', () => {
  expect(() => begin().next('high').greedy()).toThrow(
    "greedy() (at 'high') is no pattern that can be matched: this part occurs once. " +
      'Say oneOrMore(), timesOrMore(n) or times(n) before.',
  );
});
