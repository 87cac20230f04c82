import { describe } from 'vitest';
import { AfterMatchSkipStrategy, Pattern } from 'tidemark';
import { finds, is, type Letter, type LetterPattern } from './cep-letters.ts';

const begin = (name: string) => Pattern.begin<Letter>(name);
const a = () => begin('a').where(is('a'));
const noB = () => a().notFollowedBy('no b').where(is('b'));

describe('notNext', () => {
  const pattern = () =>
    a().notNext('no b').where(is('b')).followedByAny('c').where(is('c')).followedBy('d').where(is('d'));
  finds('another comes next', pattern, 'a c1 b c2 d', 'a c1 d, a c2 d');
  finds('it comes next', pattern, 'a b c1 c2 d', '');
  const atEnd = () =>
    a().followedByAny('c').where(is('c')).followedByAny('d').where(is('d')).notNext('no b').where(is('b'));
  finds('at the end, it comes', atEnd, 'a c1 c2 d b', '');
  finds('at the end, another comes', atEnd, 'a c1 c2 d x b', 'a c1 d, a c2 d');
  finds('at the end, nothing comes', atEnd, 'a c d', '');
  const afterMore = (link: 'followedBy' | 'followedByAny') => () =>
    a()
      [link]('b')
      .where(is('b'))
      .oneOrMore()
      .notNext('no c')
      .where(is('c'))
      .followedBy('d')
      .where(is('d')) as LetterPattern;
  finds('after one or more', afterMore('followedBy'), 'a b1 c b2 d', '');
  finds('after one or more of any', afterMore('followedByAny'), 'a b1 c b2 d', 'a b2 d');
});

describe('notFollowedBy', () => {
  finds(
    'what comes in between',
    () => noB().followedByAny('c').where(is('c')).followedBy('d').where(is('d')),
    'a c1 b c2 d',
    'a c1 d',
  );
  finds(
    'only one branch ends',
    () => noB().followedBy('c').where(is('c')).followedBy('d').where(is('d')),
    'a1 b1 c1 a2 c2 d',
    'a2 c2 d',
  );
  finds(
    'before an optional part that is taken',
    () => noB().followedByAny('c').where(is('c')).optional().followedBy('d').where(is('d')),
    'a c1 b c2 d',
    'a c1 d',
  );
  finds(
    'before an optional end',
    () => noB().followedByAny('c').where(is('c')).optional(),
    'a c1 b c2',
    'a c1, a',
  );
  finds(
    'before an optional part of two',
    () => noB().followedByAny('c').where(is('c')).times(2).optional().followedBy('d').where(is('d')),
    'a c1 b c2 d',
    'a c1 c2 d',
  );
  finds(
    'before an optional part that is skipped',
    () => noB().followedByAny('c').where(is('c')).times(2).optional().followedBy('d').where(is('d')),
    'a d1 e b c1 c2 d2',
    'a d1',
  );
  const bThenNoC = () =>
    a()
      .followedByAny('b')
      .where(is('b'))
      .times(2)
      .notFollowedBy('no c')
      .where(is('c'))
      .followedBy('d')
      .where(is('d'));
  finds('after a part of two: it comes in between', bThenNoC, 'a b1 c b2 d', '');
  finds('after a part of two: it comes behind', bThenNoC, 'a d1 e b1 b2 c d2', '');
  const afterMore = (link: 'followedBy' | 'followedByAny', combinations: boolean) => () => {
    const b = a()[link]('b').where(is('b')).oneOrMore();
    const all = combinations ? b.allowCombinations() : b;
    return all.notFollowedBy('no c').where(is('c')).followedBy('d').where(is('d')) as LetterPattern;
  };
  const BROKEN = 'a b1 b2 b3 c b4 b5 b6 d';
  const EAGER = 'a b4 b5 b6 d, a b4 b5 d, a b4 d, a b5 b6 d, a b5 d, a b6 d';
  finds('after one or more', afterMore('followedBy', false), BROKEN, '');
  finds('after one or more, combinations', afterMore('followedBy', true), BROKEN, '');
  finds('after one or more of any', afterMore('followedByAny', false), BROKEN, EAGER);
  finds(
    'after one or more of any, combinations',
    afterMore('followedByAny', true),
    BROKEN,
    `${EAGER}, a b4 b6 d`,
  );
  const beforeMore =
    (link: 'followedBy' | 'followedByAny', combinations: boolean, optional: boolean) => () => {
      const b = a().notFollowedBy('no c').where(is('c'))[link]('b').where(is('b')).oneOrMore();
      const all = combinations ? b.allowCombinations() : b;
      return (optional ? all.optional() : all).followedBy('d').where(is('d')) as LetterPattern;
    };
  const RUN = 'a b1 c b4 b5 b6 d';
  const IN_ORDER = 'a b1 b4 b5 b6 d, a b1 b4 b5 d, a b1 b4 d, a b1 d';
  const COMBINED = `${IN_ORDER}, a b1 b4 b6 d, a b1 b5 b6 d, a b1 b5 d, a b1 b6 d`;
  for (const link of ['followedBy', 'followedByAny'] as const) {
    for (const optional of [false, true]) {
      const times = optional ? 'none or more' : 'one or more';
      finds(`before ${times}, ${link}`, beforeMore(link, false, optional), RUN, IN_ORDER);
      finds(`before ${times}, ${link}, combinations`, beforeMore(link, true, optional), RUN, COMBINED);
    }
  }
});

describe('notFollowedBy at the end', () => {
  for (const type of ['first-and-last', 'previous-and-current'] as const) {
    finds(
      `is known when its time has passed (${type})`,
      () => noB().within(3, type),
      'a1@1 b1@2 a2@4 c@5 b2@10 a3@11 b3@13',
      'a2',
    );
  }
  finds(
    'in front of what may be missing',
    () => noB().followedBy('c').where(is('c')).times(0, 2).within(3) as LetterPattern,
    'a1@1 b1@2 a2@10 c1@11 c2@12 a3@20 c3@21 c4@24',
    'a1, a2, a2 c1, a2 c1 c2, a3, a3 c3',
  );
  finds(
    'skips when its time has passed',
    () =>
      Pattern.begin<Letter>('a', AfterMatchSkipStrategy.skipPastLastEvent())
        .where(is('a'))
        .oneOrMore()
        .allowCombinations()
        .followedBy('c')
        .where(is('c'))
        .notFollowedBy('no b')
        .where(is('b'))
        .within(5) as LetterPattern,
    'a1@1 a2@2 a3@3 c1@4 c2@10',
    'a1 a2 a3 c1',
  );
});
