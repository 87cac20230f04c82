import { describe } from 'vitest';
import { Pattern } from 'tidemark';
import { finds, is, type Letter, type LetterPattern } from './cep-letters.ts';

const begin = (name: string) => Pattern.begin<Letter>(name);
const c = () => begin('c').where(is('c'));
const ab = () => begin('a').where(is('a')).followedBy('b').where(is('b'));
const then = (kind: string, pattern: unknown) =>
  (pattern as LetterPattern).followedBy(kind).where(is(kind)) as LetterPattern;

const TWICE = 'c a1 b1 a2 b2 d';
const THRICE = 'c a1 b1 a2 b2 a3 b3 d';

describe('followedBy a group', () => {
  const group = () => c().followedBy(ab());
  finds('twice', () => then('d', group().times(2)), TWICE, 'c a1 b1 a2 b2 d');
  finds('optional', () => then('d', group().optional()), 'c a1 a2 b d', 'c d, c a1 b d');
  finds('twice or not, and once there', () => then('d', group().times(2).optional()), 'c a d', 'c d');
  finds('once or more', () => then('d', group().oneOrMore()), TWICE, 'c a1 b1 d, c a1 b1 a2 b2 d');
  finds(
    'none or more',
    () => then('d', group().oneOrMore().optional()),
    TWICE,
    'c d, c a1 b1 d, c a1 b1 a2 b2 d',
  );
  finds('once or twice', () => then('d', group().times(1, 2)), THRICE, 'c a1 b1 d, c a1 b1 a2 b2 d');
});

describe('followedByAny a group', () => {
  const group = () => c().followedByAny(ab());
  finds(
    'twice, combinations',
    () => then('d', group().times(2).allowCombinations()),
    THRICE,
    'c a1 b1 a2 b2 d, c a1 b1 a3 b3 d, c a2 b2 a3 b3 d',
  );
  finds(
    'twice or not',
    () => then('d', group().times(2).optional()),
    THRICE,
    'c d, c a1 b1 a2 b2 d, c a2 b2 a3 b3 d',
  );
  finds(
    'once or more',
    () => then('d', group().oneOrMore()),
    THRICE,
    'c a1 b1 d, c a2 b2 d, c a3 b3 d, c a1 b1 a2 b2 d, c a2 b2 a3 b3 d, c a1 b1 a2 b2 a3 b3 d',
  );
  finds(
    'and not another',
    () => then('e', group().notFollowedBy('no d').where(is('d'))),
    'c a1 b1 d a2 b2 e',
    'c a2 b2 e',
  );
  finds(
    'and not another next',
    () => then('e', group().notNext('no d').where(is('d'))),
    'c a1 b1 d a2 b2 e',
    'c a2 b2 e',
  );
});

describe('next a group', () => {
  finds(
    'none or more, consecutive',
    () => then('d', c().next(ab()).oneOrMore().optional().consecutive()),
    THRICE,
    'c d, c a1 b1 d, c a1 b1 a2 b2 d, c a1 b1 a2 b2 a3 b3 d',
  );
  finds(
    'consecutive ends where another lies between',
    () => then('d', c().next(ab()).oneOrMore().consecutive()),
    'c a1 b1 x a2 b2 d',
    'c a1 b1 d',
  );
});

describe('a group', () => {
  finds('at the begin', () => then('d', Pattern.begin(ab())), 'a1 b1 d', 'a1 b1 d');
  finds(
    'at the begin, twice',
    () => then('d', Pattern.begin(ab()).times(2)),
    'a1 b1 a2 b2 d',
    'a1 b1 a2 b2 d',
  );
  finds('at the begin, optional', () => then('d', Pattern.begin(ab()).optional()), 'a b d', 'a b d, d');
  finds('at the end', () => c().followedBy(ab()) as LetterPattern, 'c a1 b1', 'c a1 b1');
  finds(
    'at the end, once or more',
    () => c().followedBy(ab()).oneOrMore() as LetterPattern,
    'c a1 b1 a2 b2',
    'c a1 b1, c a1 b1 a2 b2',
  );
  const bc = () => begin('b').where(is('b')).followedBy('c').where(is('c'));
  finds(
    'in a group',
    () =>
      then(
        'e',
        begin('d')
          .where(is('d'))
          .followedBy(begin('a').where(is('a')).followedBy(bc()).times(2)),
      ),
    'd a b1 c1 b2 c2 e',
    'd a b1 c1 b2 c2 e',
  );
  finds(
    'in a group, twice both',
    () =>
      then(
        'e',
        begin('d')
          .where(is('d'))
          .followedBy(begin('a').where(is('a')).followedBy(bc()).times(2))
          .times(2),
      ),
    'd a1 b1 c1 b2 c2 a2 b3 c3 b4 c4 e',
    'd a1 b1 c1 b2 c2 a2 b3 c3 b4 c4 e',
  );
  finds(
    'with a part that may be missing first',
    () => then('d', c().followedBy(begin('a').where(is('a')).optional().followedBy('b').where(is('b')))),
    'c b d',
    'c b d',
  );
  finds(
    'of parts that may all be missing, once or more',
    () =>
      then(
        'd',
        c()
          .followedBy(begin('a').where(is('a')).optional().followedBy('b').where(is('b')).optional())
          .oneOrMore(),
      ),
    'c d',
    'c d',
  );
  finds(
    'until',
    () =>
      c()
        .followedBy(ab())
        .oneOrMore()
        .until(({ price }) => price === 5) as LetterPattern,
    'c a1 b1 x:5 a2 b2',
    'c a1 b1',
  );
  finds(
    'with what must not come in it',
    () =>
      then(
        'd',
        c().followedByAny(
          begin('a').where(is('a')).notFollowedBy('no x').where(is('x')).followedBy('b').where(is('b')),
        ),
      ),
    'c a1 x b1 a2 b2 d',
    'c a2 b2 d',
  );
});
