import { describe } from 'vitest';
import { Pattern } from 'tidemark';
import { finds, is, type Letter, type LetterPattern } from './cep-letters.ts';

const begin = (name: string) => Pattern.begin<Letter>(name);
const a = () => begin('a').where(is('a'));

describe('what may lie between two events', () => {
  finds('next, without conditions', () => begin('1').next('2'), 'a b c d e', 'a b, b c, c d, d e');
  finds(
    'followedByAny, without conditions',
    () => begin('1').followedByAny('2'),
    'a b c d e',
    'a b, a c, a d, a e, b c, b d, b e, c d, c e, d e',
  );
  finds('followedBy, without conditions', () => begin('1').followedBy('2'), 'a b c', 'a b, b c');
  finds('next: nothing', () => a().next('b').where(is('b')), 'a b', 'a b');
  finds('next: not even one', () => a().next('b').where(is('b')), 'a c b', '');
  finds('next starts anew', () => a().next('b').where(is('b')), 'a1 a2 b a3 b2', 'a2 b, a3 b2');
  finds('followedBy: what does not match', () => a().followedBy('b').where(is('b')), 'a c b1 b2', 'a b1');
  finds(
    'followedByAny: what matches too',
    () => a().followedByAny('b').where(is('b')),
    'a c b1 b2',
    'a b1, a b2',
  );
  finds(
    'an event may belong to several matches',
    () => a().followedBy('b').where(is('b')),
    'a1 a2 b1 a3 b2',
    'a1 b1, a2 b1, a3 b2',
  );
  finds(
    'branches of branches',
    () => a().followedByAny('b').where(is('b')).followedByAny('c').where(is('c')),
    'a1 b1 b2 c1 a2 b3 c2',
    'a1 b1 c1, a1 b2 c1, a1 b1 c2, a1 b2 c2, a1 b3 c2, a2 b3 c2',
  );
  finds(
    'an event that two parts match',
    () => a().followedBy('b or c').where(is('b')).or(is('c')).next('c').where(is('c')),
    'a b c1 c2',
    'a b c1',
  );
});

describe('conditions', () => {
  finds(
    'must all hold',
    () =>
      a()
        .where(({ price }) => price > 5)
        .followedBy('b')
        .where(is('b')),
    'a1:5 a2:10 b',
    'a2 b',
  );
  finds(
    'or one of them',
    () => begin('1').where(is('a')).or(is('b')).next('c').where(is('c')),
    'a c1 b c2',
    'a c1, b c2',
  );
  finds(
    'a part of a subtype',
    () => begin('1').subtype((letter): letter is Letter => letter.kind === 'b'),
    'a b c',
    'b',
  );
  finds(
    'may ask what the match has',
    () =>
      a()
        .followedByAny('b')
        .where((letter, context) => {
          const [first] = context.getEventsForPattern('a') as readonly Letter[];
          return letter.kind === 'b' && letter.price > first!.price;
        }),
    'a1:1 a2:3 b1:2 b2:4',
    'a1 b1, a1 b2, a2 b2',
  );
  const sumBelow = (limit: number): LetterPattern =>
    a()
      .where((letter, context) => {
        const taken = context.getEventsForPattern('a') as readonly Letter[];
        return taken.reduce((sum, { price }) => sum + price, letter.price) < limit;
      })
      .oneOrMore()
      .followedBy('c')
      .where(is('c')) as LetterPattern;
  finds('of its own part too', () => sumBelow(5), 'a1:1 a2:2 a3:3 c', 'a1 c, a1 a2 c, a2 c, a3 c');
  finds(
    'and nothing of a part that has none',
    () => begin('1').where((_letter, context) => context.getEventsForPattern('x').length === 0),
    'a b',
    'a, b',
  );
});

describe('parts that may be missing', () => {
  const c = () => begin('c').where(is('c'));
  finds(
    'in between',
    () => c().followedBy('a').where(is('a')).optional().followedBy('d').where(is('d')),
    'c a d',
    'c a d, c d',
  );
  finds(
    'strictly in between',
    () => c().next('a').where(is('a')).optional().next('d').where(is('d')),
    'c1 a d c2 d2',
    'c1 a d, c2 d2',
  );
  finds('at the begin', () => a().optional().followedBy('d').where(is('d')), 'a d', 'a d, d');
  finds('at the end', () => c().followedBy('a').where(is('a')).optional(), 'c x a', 'c, c a');
  finds(
    'one after the other',
    () =>
      c()
        .followedBy('a')
        .where(is('a'))
        .optional()
        .followedBy('b')
        .where(is('b'))
        .optional()
        .followedBy('d')
        .where(is('d')),
    'c a b d',
    'c d, c a d, c b d, c a b d',
  );
  finds(
    'zero or more, one or more',
    () => a().oneOrMore().optional().followedBy('b').where(is('b')).oneOrMore(),
    'a1 b1 b2',
    'a1 b1, b1, a1 b1 b2, b1 b2, b2',
  );
});

describe('within a time', () => {
  const path = (time: number) =>
    begin('start')
      .where(is('s'))
      .followedBy('middle')
      .where(is('m'))
      .followedBy('end')
      .where(is('e'))
      .within(time);
  finds('begins with the first event', () => path(10), 's1@1 s2@2 m@3 x@4 e1@11 e2@13', 's2 m e1');
  finds('is over when it is full', () => path(10), 's@1 m@3 e@11', '');
  finds(
    'the shortest holds',
    () => begin('1').where(is('a')).within(20).followedBy('b').where(is('b')).within(5),
    'a1@1 b1@6 a2@7 b2@11',
    'a2 b2',
  );
  finds(
    'from the event before',
    () =>
      a()
        .followedBy('b')
        .where(is('b'))
        .within(3, 'previous-and-current')
        .followedBy('c')
        .where(is('c'))
        .within(10, 'previous-and-current'),
    'a1@1 b1@4 a2@5 b2@7 c1@16 a3@20 b3@22 c2@33',
    'a2 b2 c1',
  );
  finds(
    'of several times',
    () => a().times(3, '3 ms').followedBy('b').where(is('b')),
    'a1@1 a2@3 a3@5 b1@50 a4@51 a5@52 a6@55 b2@60',
    'a1 a2 a3 b1',
  );
});
