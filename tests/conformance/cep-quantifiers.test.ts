import { describe } from 'vitest';
import { Pattern } from 'tidemark';
import { finds, is, type Letter, type LetterPattern } from './cep-letters.ts';

const begin = (name: string) => Pattern.begin<Letter>(name);
const c = () => begin('c').where(is('c'));

type Looping = ReturnType<typeof cThenA>;
const cThenA = (link: 'next' | 'followedBy' | 'followedByAny') => c()[link]('a').where(is('a'));
const thenB = (pattern: LetterPattern) => pattern.followedBy('b').where(is('b')) as LetterPattern;

/** `c`, then `a` as described, then `b`. */
const cab = (link: 'next' | 'followedBy' | 'followedByAny', quantify: (a: Looping) => unknown) => () =>
  thenB(quantify(cThenA(link)) as LetterPattern);

const SPREAD = 'c f1 a1 f2 a2 a3 b';

describe('exactly n times', () => {
  finds(
    'followedBy',
    cab('followedBy', (a) => a.times(2)),
    'c a1 a2 a3 b',
    'c a1 a2 b',
  );
  finds(
    'followedBy, combinations',
    cab('followedBy', (a) => a.times(2).allowCombinations()),
    'c a1 a2 a3 b',
    'c a1 a2 b, c a1 a3 b',
  );
  finds(
    'followedByAny',
    cab('followedByAny', (a) => a.times(2)),
    'c a1 a2 a3 b',
    'c a1 a2 b, c a2 a3 b',
  );
  finds(
    'followedByAny, combinations',
    cab('followedByAny', (a) => a.times(2).allowCombinations()),
    'c a1 a2 a3 b',
    'c a1 a2 b, c a1 a3 b, c a2 a3 b',
  );
  finds(
    'followedByAny, consecutive',
    cab('followedByAny', (a) => a.times(2).consecutive()),
    SPREAD,
    'c a2 a3 b',
  );
  finds(
    'next, consecutive',
    cab('next', (a) => a.times(2).consecutive()),
    'c a1 a2 a3 b',
    'c a1 a2 b',
  );
  finds(
    'optional',
    cab('followedByAny', (a) => a.times(2).consecutive().optional()),
    SPREAD,
    'c a2 a3 b, c b',
  );
  finds(
    'at the begin',
    () => begin('a').where(is('a')).times(2).followedBy('b').where(is('b')) as LetterPattern,
    'a1 a2 a3 b',
    'a1 a2 b, a2 a3 b',
  );
  finds('at the end', () => cThenA('followedBy').times(2) as LetterPattern, 'c a1 x a2 a3', 'c a1 a2');
});

describe('from n to m times', () => {
  finds(
    'next, combinations',
    cab('next', (a) => a.times(1, 3).allowCombinations()),
    'c@1 a1@2 a2@3 a3@4 b@6',
    'c a1 a2 a3 b, c a1 a2 b, c a1 a3 b, c a1 b',
  );
  finds(
    'from none',
    cab('next', (a) => a.times(0, 2).allowCombinations()),
    'c a1 a2 a3 b',
    'c a1 a2 b, c a1 a3 b, c a1 b, c b',
  );
  finds(
    'followedByAny, combinations',
    cab('followedByAny', (a) => a.times(1, 3).allowCombinations()),
    SPREAD,
    'c a1 a2 a3 b, c a1 a2 b, c a1 a3 b, c a2 a3 b, c a1 b, c a2 b, c a3 b',
  );
  finds(
    'followedByAny, consecutive, from none',
    cab('followedByAny', (a) => a.times(0, 3).consecutive()),
    SPREAD,
    'c a2 a3 b, c a1 b, c a2 b, c a3 b, c b',
  );
  finds(
    'next, consecutive, optional',
    cab('next', (a) => a.times(1, 3).consecutive().optional()),
    'c a1 a2 a3 b',
    'c a1 a2 a3 b, c a1 a2 b, c a1 b, c b',
  );
  finds(
    'optional, none there',
    cab('followedBy', (a) => a.times(1, 3).optional()),
    'c f b',
    'c b',
  );
});

describe('n times or more', () => {
  for (const window of [undefined, 3]) {
    const within = window === undefined ? '' : ` with ${window} ms in between`;
    const more = (a: Looping) => a.timesOrMore(2, window);
    finds(
      `followedBy, combinations${within}`,
      cab('followedBy', (a) => more(a).allowCombinations()),
      'c@1 a1@2 a2@3 a3@4 b@6',
      'c a1 a2 a3 b, c a1 a2 b, c a1 a3 b',
    );
    finds(
      `followedByAny, combinations${within}`,
      cab('followedByAny', (a) => more(a).allowCombinations()),
      'c@1 f1@2 a1@3 f2@4 a2@5 a3@6 b@7',
      window === undefined ? 'c a1 a2 a3 b, c a1 a2 b, c a1 a3 b, c a2 a3 b' : 'c a1 a2 a3 b, c a1 a2 b',
    );
    finds(
      `next, consecutive, optional${within}`,
      cab('next', (a) => more(a).consecutive().optional()),
      'c@1 a1@3 a2@5 a3@6 b@7',
      'c a1 a2 a3 b, c a1 a2 b, c b',
    );
    finds(
      `optional, none there${within}`,
      cab('followedBy', (a) => more(a).optional()),
      'c@1 f@2 b@7',
      'c b',
    );
  }
});

describe('once or more', () => {
  finds(
    'followedBy',
    cab('followedBy', (a) => a.oneOrMore()),
    'c a1 a2 b',
    'c a1 b, c a1 a2 b',
  );
  finds(
    'followedBy with others in between',
    cab('followedBy', (a) => a.oneOrMore()),
    'c d a1 a2 d2 a3 b',
    'c a1 b, c a1 a2 b, c a1 a2 a3 b',
  );
  finds(
    'consecutive',
    cab('followedBy', (a) => a.oneOrMore().consecutive()),
    'c d1 a1 a2 a3 d2 a4 b',
    'c a1 b, c a1 a2 b, c a1 a2 a3 b',
  );
  finds(
    'combinations',
    cab('followedBy', (a) => a.oneOrMore().allowCombinations()),
    'c d1 a1 a2 a3 b',
    'c a1 b, c a1 a2 b, c a1 a3 b, c a1 a2 a3 b',
  );
  finds(
    'followedByAny',
    cab('followedByAny', (a) => a.oneOrMore()),
    'c a1 a2 b',
    'c a1 b, c a2 b, c a1 a2 b',
  );
  finds(
    'none or more',
    cab('followedBy', (a) => a.oneOrMore().optional()),
    'c a1 a2 b',
    'c b, c a1 b, c a1 a2 b',
  );
  finds('at the end', () => cThenA('followedBy').oneOrMore() as LetterPattern, 'c a1 x a2', 'c a1, c a1 a2');
  finds(
    'at the end, consecutive',
    () => cThenA('next').oneOrMore().consecutive() as LetterPattern,
    'c a1 a2 x a3',
    'c a1, c a1 a2',
  );
  finds(
    'at the begin',
    () => begin('a').where(is('a')).oneOrMore().followedBy('b').where(is('b')) as LetterPattern,
    'a1 a2 b',
    'a1 b, a1 a2 b, a2 b',
  );
  finds(
    'the same events for two parts',
    () => begin('1').where(is('a')).oneOrMore().followedBy('2').where(is('a')).oneOrMore() as LetterPattern,
    'a1 a2 a3',
    'a1 a2, a1 a2 a3, a1 a2 a3, a2 a3',
  );
});

describe('until', () => {
  const five = ({ price }: Letter) => price === 5;
  const end = (pattern: LetterPattern) => pattern.followedBy('end').where(five) as LetterPattern;
  const path = (quantify: (a: Looping) => Looping) => () =>
    end(quantify(cThenA('followedBy')).until(five) as LetterPattern);
  finds(
    'followedBy',
    path((a) => a.oneOrMore()),
    'c a1:2 a2:3 x:5 a3:6',
    'c a1 a2 x, c a1 x',
  );
  finds(
    'combinations',
    path((a) => a.oneOrMore().allowCombinations()),
    'c a1 a2 a3 x:5 a4',
    'c a1 a2 a3 x, c a1 a2 x, c a1 a3 x, c a1 x',
  );
  finds(
    'consecutive',
    path((a) => a.oneOrMore().consecutive()),
    'c a1 a2 x:5 a3',
    'c a1 a2 x, c a1 x',
  );
  finds(
    'optional',
    path((a) => a.oneOrMore().optional() as unknown as Looping),
    'c a1 a2 x:5 a3',
    'c a1 a2 x, c a1 x, c x',
  );
  finds(
    'followedByAny begins anew',
    () => cThenA('followedByAny').oneOrMore().until(five) as LetterPattern,
    'c a1 a2 a:5 a3',
    'c a1 a2, c a1, c a2, c a3',
  );
  finds(
    'followedByAny, none or more',
    () => cThenA('followedByAny').oneOrMore().optional().until(five) as LetterPattern,
    'c a1 a2 a:5 a3',
    'c a1 a2, c a1, c a2, c a3, c',
  );
  finds(
    'without a condition',
    () => c().followedBy('all').oneOrMore().until(five) as LetterPattern,
    'c a1 a2 d x:5 a3',
    'c a1 a2 d, c a1 a2, c a1',
  );
  const sumIsSix = () =>
    c()
      .followedBy('all')
      .oneOrMore()
      .until((_letter, context) => {
        const taken = context.getEventsForPattern('all') as readonly Letter[];
        return taken.reduce((sum, { price }) => sum + price, 0) === 6;
      }) as LetterPattern;
  finds('asks what the match has', sumIsSix, 'c:1 a1:2 a2:3 d:1 x:5 y:6', 'c a1 a2 d, c a1 a2, c a1');
});

describe('greedy', () => {
  const thenD = (pattern: LetterPattern) => pattern.followedBy('d').where(is('d')) as LetterPattern;
  const more = () => thenD(cThenA('followedBy').oneOrMore().greedy() as LetterPattern);
  const any = () => thenD(cThenA('followedBy').oneOrMore().optional().greedy() as LetterPattern);
  const OVER = ({ price }: Letter) => price > 3;
  finds('takes all', any, 'c a1 a2 a3 d', 'c a1 a2 a3 d');
  finds('takes all between others', any, 'c x1 a1 x2 a2 x3 a3 d', 'c a1 a2 a3 d');
  finds('with others behind', any, 'c a1 a2 x d', 'c a1 a2 d');
  finds('takes none where there is none', any, 'c x d', 'c d');
  finds('must take one', more, 'c x d', '');
  finds('one or more', more, 'c a1 x a2 a3 d', 'c a1 a2 a3 d');
  const optionalD = () =>
    thenB(
      thenD(
        cThenA('followedBy').oneOrMore().optional().greedy() as LetterPattern,
      ).optional() as LetterPattern,
    );
  finds('before an optional part that is there', optionalD, 'c a1 a2 d b', 'c a1 a2 b, c a1 a2 d b');
  finds('before an optional part that is not', optionalD, 'c a1 a2 x b', 'c a1 a2 b');
  finds('before an optional part, between others', optionalD, 'c a1 x a2 b', 'c a1 a2 b');
  const untilOver = () =>
    thenD(cThenA('followedBy').oneOrMore().optional().greedy().until(OVER) as LetterPattern);
  finds('until what it would take', untilOver, 'c a1:2 a2:3 a3:3 a4:4 d', 'c a1 a2 a3 d');
  finds('until right away', untilOver, 'c a0:4 a1:2 a2:3 d', 'c d');
  const untilOnce = () => thenD(cThenA('followedBy').oneOrMore().greedy().until(OVER) as LetterPattern);
  finds('until, and one is a must', untilOnce, 'c a0:4 a1:2 a2:3 d', '');
  finds(
    'from n to m times',
    () => thenD(cThenA('followedBy').times(2, 5).greedy() as LetterPattern),
    'c a1 a2 a3 a4 x d',
    'c a1 a2 a3 a4 d',
  );
  finds(
    'n times is n times',
    () => thenD(cThenA('followedBy').times(3).greedy() as LetterPattern),
    'c a1 a2 a3 a4 d',
    'c a1 a2 a3 d',
  );
  finds(
    'at the end it has nothing to wait for',
    () => cThenA('followedBy').oneOrMore().optional().greedy() as LetterPattern,
    'c a1 a2',
    'c, c a1, c a1 a2',
  );
  finds(
    'consecutive, before an optional end',
    () =>
      cThenA('followedBy').oneOrMore().consecutive().greedy().followedBy('d').where(is('d')) as LetterPattern,
    'c a1 a2 a3 d',
    'c a1 a2 a3 d',
  );
  const group = Pattern.begin<Letter>('d').where(is('d')).followedBy('e').where(is('e'));
  finds(
    'before a group',
    () =>
      cThenA('followedBy')
        .oneOrMore()
        .optional()
        .greedy()
        .followedBy(group)
        .times(2)
        .followedBy('f')
        .where(is('f')) as LetterPattern,
    'c a1 a2 x a3 d1 e1 d2 e2 f',
    'c a1 a2 a3 d1 e1 d2 e2 f',
  );
});
