import { tokenMatcher, type IToken } from 'chevrotain';
import type { CallNode, ExpressionNode, QueryNode } from './ast.ts';
import { rangeOf, textOf, type Choices, type Rule } from './base-parser.ts';
import { bytesLiteral, intervalLiteral, numberLiteral, timeLiteral } from './literals.ts';
import { rangeOver, type SourceRange } from './position.ts';
import {
  Comma, Concat, Dot, Equal, Greater, GreaterOrEqual, k, LeftBracket, LeftParen, Less, LessOrEqual, Minus, Name, NotEqual,
  BytesLiteral, NumberLiteral, Percent, Plus, RightBracket, RightParen, Slash, Star, StringLiteral,
} from './tokens.ts'; // prettier-ignore
import { TypeParser } from './type-parser.ts';
import { BOOLEAN, NULL, STRING } from '../types/logical-type.ts';

/** Expressions, by precedence from loose to tight. */
export abstract class ExpressionParser extends TypeParser {
  declare readonly query: Rule<QueryNode>;
  declare readonly functionCall: Rule<ExpressionNode>;
  declare readonly jsonCall: Rule<ExpressionNode>;

  /** True if what is in the parentheses right ahead is a query. */
  protected queryAhead(): boolean {
    let at = 1;
    while (tokenMatcher(this.LA(at), LeftParen)) at++;
    const first = this.LA(at);
    return ['SELECT', 'VALUES', 'WITH'].some((word) => tokenMatcher(first, k(word)));
  }

  readonly expression: Rule<ExpressionNode> = this.RULE('expression', () => {
    let left = this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(k('OR'));
      const right = this.SUBRULE1(this.conjunction);
      left = this.ACTION(() => binary('OR', left, right));
    });
    return left;
  });

  readonly conjunction: Rule<ExpressionNode> = this.RULE('conjunction', () => {
    let left = this.SUBRULE(this.negation);
    this.MANY(() => {
      this.CONSUME(k('AND'));
      const right = this.SUBRULE1(this.negation);
      left = this.ACTION(() => binary('AND', left, right));
    });
    return left;
  });

  readonly negation: Rule<ExpressionNode> = this.RULE('negation', () => {
    return this.OR<Choices<ExpressionNode>>([
      {
        ALT: () => {
          const not = this.CONSUME(k('NOT'));
          const operand = this.SUBRULE(this.negation);
          return this.ACTION(() => call('NOT', [operand], rangeOver(rangeOf(not), operand.at)));
        },
      },
      { ALT: () => this.SUBRULE(this.predicate) },
    ]);
  });

  readonly predicate: Rule<ExpressionNode> = this.RULE('predicate', () => {
    let left = this.SUBRULE(this.sum);
    this.MANY(() => {
      left = this.OR<Choices<ExpressionNode>>([
        {
          ALT: () => {
            const operator = this.OR1(
              [Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual].map((token) => ({
                ALT: () => this.CONSUME(token),
              })),
            );
            const right = this.SUBRULE1(this.sum);
            return this.ACTION(() => binary(operator.image === '!=' ? '<>' : operator.image, left, right));
          },
        },
        { ALT: () => this.isTest(left) },
        {
          ALT: () => {
            const not = this.OPTION1(() => this.CONSUME1(k('NOT'))) !== undefined;
            const test = this.SUBRULE(this.membership);
            return this.ACTION(() => {
              const made = test(left);
              if (!not) return made;
              if (made.kind === 'in-list' || made.kind === 'in-query') return { ...made, not: true };
              return call('NOT', [made], made.at);
            });
          },
        },
      ]);
    });
    return left;
  });

  protected isTest(left: ExpressionNode): ExpressionNode {
    this.CONSUME(k('IS'));
    const not = this.OPTION2(() => this.CONSUME2(k('NOT'))) !== undefined;
    return this.OR2<Choices<ExpressionNode>>([
      ...['NULL', 'TRUE', 'FALSE', 'UNKNOWN'].map((word) => ({
        ALT: (): ExpressionNode => {
          const token = this.CONSUME3(k(word));
          const test = word === 'UNKNOWN' ? 'NULL' : word;
          return this.ACTION(() =>
            call(`IS ${not ? 'NOT ' : ''}${test}`, [left], rangeOver(left.at, rangeOf(token))),
          );
        },
      })),
      {
        ALT: () => {
          this.CONSUME3(k('DISTINCT'));
          this.CONSUME3(k('FROM'));
          const right = this.SUBRULE3(this.sum);
          return this.ACTION(() => binary(`IS ${not ? 'NOT ' : ''}DISTINCT FROM`, left, right));
        },
      },
      {
        ALT: () => {
          const json = this.CONSUME4(k('JSON'));
          const kind = this.OPTION3(() =>
            this.OR3(
              ['VALUE', 'SCALAR', 'ARRAY', 'OBJECT'].map((word) => ({ ALT: () => this.CONSUME4(k(word)) })),
            ),
          );
          return this.ACTION(() => {
            const at = rangeOver(left.at, rangeOf(kind ?? json));
            const value = kind?.image.toUpperCase() ?? 'VALUE';
            const test = call('IS JSON', [left, { kind: 'symbol', value, at }], at);
            return not ? call('NOT', [test], at) : test;
          });
        },
      },
    ]);
  }

  readonly membership: Rule<(left: ExpressionNode) => ExpressionNode> = this.RULE('membership', () => {
    return this.OR<Choices<(left: ExpressionNode) => ExpressionNode>>([
      {
        ALT: () => {
          this.CONSUME(k('BETWEEN'));
          const symmetric = this.OPTION(() => this.CONSUME(k('SYMMETRIC'))) !== undefined;
          const low = this.SUBRULE(this.sum);
          this.CONSUME(k('AND'));
          const high = this.SUBRULE1(this.sum);
          return (left) => {
            const between = (from: ExpressionNode, to: ExpressionNode) =>
              binary('AND', binary('>=', left, from), binary('<=', left, to));
            return symmetric ? binary('OR', between(low, high), between(high, low)) : between(low, high);
          };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('LIKE'));
          const pattern = this.SUBRULE2(this.sum);
          const escape = this.OPTION1(() => {
            this.CONSUME(k('ESCAPE'));
            return this.SUBRULE3(this.sum);
          });
          return (left) =>
            call(
              'LIKE',
              escape === undefined ? [left, pattern] : [left, pattern, escape],
              rangeOver(left.at, (escape ?? pattern).at),
            );
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('SIMILAR'));
          this.CONSUME(k('TO'));
          const pattern = this.SUBRULE4(this.sum);
          return (left) => binary('SIMILAR TO', left, pattern);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('IN'));
          this.CONSUME(LeftParen);
          const inside = this.OR1<Choices<QueryNode | ExpressionNode[]>>([
            { GATE: () => this.queryAhead(), ALT: () => this.SUBRULE(this.query) },
            { ALT: () => this.SUBRULE(this.expressionList) },
          ]);
          const end = this.CONSUME(RightParen);
          return (left) => {
            const at = rangeOver(left.at, rangeOf(end));
            return Array.isArray(inside)
              ? { kind: 'in-list', operand: left, list: inside, not: false, at }
              : { kind: 'in-query', operand: left, query: inside, not: false, at };
          };
        },
      },
    ]);
  });

  readonly expressionList: Rule<ExpressionNode[]> = this.RULE('expressionList', () => {
    const list: ExpressionNode[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => list.push(this.SUBRULE(this.expression)) });
    return list;
  });

  readonly sum: Rule<ExpressionNode> = this.RULE('sum', () => {
    let left = this.SUBRULE(this.product);
    this.MANY(() => {
      const operator = this.OR([Plus, Minus, Concat].map((token) => ({ ALT: () => this.CONSUME(token) })));
      const right = this.SUBRULE1(this.product);
      left = this.ACTION(() => binary(operator.image, left, right));
    });
    return left;
  });

  readonly product: Rule<ExpressionNode> = this.RULE('product', () => {
    let left = this.SUBRULE(this.signed);
    this.MANY(() => {
      const operator = this.OR([Star, Slash, Percent].map((token) => ({ ALT: () => this.CONSUME(token) })));
      const right = this.SUBRULE1(this.signed);
      left = this.ACTION(() => binary(operator.image, left, right));
    });
    return left;
  });

  readonly signed: Rule<ExpressionNode> = this.RULE('signed', () => {
    return this.OR<Choices<ExpressionNode>>([
      {
        ALT: () => {
          const sign = this.OR1([Plus, Minus].map((token) => ({ ALT: () => this.CONSUME(token) })));
          const operand = this.SUBRULE(this.signed);
          return this.ACTION(() =>
            sign.image === '+' ? operand : call('NEGATE', [operand], rangeOver(rangeOf(sign), operand.at)),
          );
        },
      },
      { ALT: () => this.SUBRULE(this.postfix) },
    ]);
  });

  readonly postfix: Rule<ExpressionNode> = this.RULE('postfix', () => {
    let operand = this.SUBRULE(this.primary);
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(LeftBracket);
            const index = this.SUBRULE(this.expression);
            const end = this.CONSUME(RightBracket);
            operand = this.ACTION(() => call('ITEM', [operand, index], rangeOver(operand.at, rangeOf(end))));
          },
        },
        {
          ALT: () => {
            this.CONSUME(Dot);
            const field = this.SUBRULE(this.identifier);
            operand = this.ACTION(() => ({
              kind: 'field',
              operand,
              field,
              at: rangeOver(operand.at, field.at),
            }));
          },
        },
      ]),
    );
    return operand;
  });

  readonly primary: Rule<ExpressionNode> = this.RULE('primary', () => {
    return this.OR<Choices<ExpressionNode>>({
      DEF: [
        { ALT: () => this.SUBRULE(this.literal) },
        { ALT: () => this.SUBRULE(this.caseExpression) },
        { ALT: () => this.SUBRULE(this.specialCall) },
        { ALT: () => this.SUBRULE(this.constructorCall) },
        { ALT: () => this.SUBRULE(this.jsonCall) },
        {
          ALT: () => {
            const word = this.CONSUME(k('EXISTS'));
            this.CONSUME(LeftParen);
            const query = this.SUBRULE(this.query);
            this.CONSUME(RightParen);
            return this.ACTION((): ExpressionNode => ({ kind: 'exists', query, at: this.rangeFrom(word) }));
          },
        },
        { ALT: () => this.SUBRULE(this.parenthesis) },
        { ALT: () => this.SUBRULE(this.functionCall) },
        { ALT: () => this.SUBRULE(this.columnPath) },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  readonly parenthesis: Rule<ExpressionNode> = this.RULE('parenthesis', () => {
    const start = this.CONSUME(LeftParen);
    const inside = this.OR<Choices<QueryNode | ExpressionNode[]>>({
      DEF: [
        { GATE: () => this.queryAhead(), ALT: () => this.SUBRULE(this.query) },
        { ALT: () => this.SUBRULE(this.expressionList) },
      ],
      IGNORE_AMBIGUITIES: true,
    });
    this.CONSUME(RightParen);
    return this.ACTION((): ExpressionNode => {
      const at = this.rangeFrom(start);
      if (!Array.isArray(inside)) return { kind: 'scalar-query', query: inside, at };
      return inside.length === 1 ? { ...inside[0]!, at } : call('ROW', inside, at);
    });
  });

  readonly literal: Rule<ExpressionNode> = this.RULE('literal', () => {
    return this.OR<Choices<ExpressionNode>>([
      {
        ALT: () => {
          const token = this.CONSUME(NumberLiteral);
          return this.ACTION(() => numberLiteral(token.image, rangeOf(token)));
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(StringLiteral);
          return this.ACTION((): ExpressionNode => ({
            kind: 'literal',
            value: textOf(token),
            type: STRING,
            at: rangeOf(token),
          }));
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(BytesLiteral);
          return this.ACTION(() => bytesLiteral(token.image, rangeOf(token)));
        },
      },
      ...(['TRUE', 'FALSE', 'NULL', 'UNKNOWN'] as const).map((word) => ({
        ALT: (): ExpressionNode => {
          const token = this.CONSUME(k(word));
          const value = word === 'TRUE' ? true : word === 'FALSE' ? false : null;
          return this.ACTION(() => ({
            kind: 'literal',
            value,
            type: word === 'NULL' ? NULL : BOOLEAN,
            at: rangeOf(token),
          }));
        },
      })),
      {
        ALT: () => {
          const word = this.CONSUME(k('INTERVAL'));
          const minus = this.OPTION(() => this.CONSUME(Minus)) !== undefined;
          const text = this.CONSUME1(StringLiteral);
          const from = this.SUBRULE(this.intervalUnit);
          const to = this.OPTION1(() => {
            this.CONSUME(k('TO'));
            return this.SUBRULE1(this.intervalUnit);
          });
          return this.ACTION(() => intervalLiteral(textOf(text), minus, from, to, this.rangeFrom(word)));
        },
      },
      {
        ALT: () => {
          const word = this.OR1([
            { ALT: () => this.CONSUME(k('TIMESTAMP')) },
            { ALT: () => this.CONSUME(k('DATE')) },
            { ALT: () => this.CONSUME(k('TIME')) },
          ]);
          const text = this.CONSUME2(StringLiteral);
          return this.ACTION(() => timeLiteral(word.image.toUpperCase(), textOf(text), this.rangeFrom(word)));
        },
      },
    ]);
  });

  readonly caseExpression: Rule<ExpressionNode> = this.RULE('caseExpression', () => {
    const start = this.CONSUME(k('CASE'));
    const operand = this.OPTION(() => this.SUBRULE(this.expression));
    const branches: [ExpressionNode, ExpressionNode][] = [];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(k('WHEN'));
      const when = this.SUBRULE1(this.expression);
      this.CONSUME(k('THEN'));
      branches.push([when, this.SUBRULE2(this.expression)]);
    });
    const otherwise = this.OPTION1(() => {
      this.CONSUME(k('ELSE'));
      return this.SUBRULE3(this.expression);
    });
    this.CONSUME(k('END'));
    return this.ACTION((): ExpressionNode => ({
      kind: 'case',
      operand,
      branches,
      otherwise,
      at: this.rangeFrom(start),
    }));
  });

  /** Functions whose arguments have words between them. */
  readonly specialCall: Rule<ExpressionNode> = this.RULE('specialCall', () => {
    return this.OR<Choices<ExpressionNode>>([
      {
        ALT: () => {
          const word = this.OR1([
            { ALT: () => this.CONSUME(k('CAST')) },
            { ALT: () => this.CONSUME(k('TRY_CAST')) },
          ]);
          this.CONSUME(LeftParen);
          const operand = this.SUBRULE(this.expression);
          this.CONSUME(k('AS'));
          const type = this.SUBRULE(this.type);
          this.CONSUME(RightParen);
          return this.ACTION((): ExpressionNode => ({
            kind: 'cast', operand, type, safe: word.image.toUpperCase() === 'TRY_CAST', at: this.rangeFrom(word),
          })); // prettier-ignore
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('EXTRACT'));
          this.CONSUME1(LeftParen);
          const unit = this.SUBRULE(this.symbol);
          this.CONSUME(k('FROM'));
          const operand = this.SUBRULE1(this.expression);
          this.CONSUME1(RightParen);
          return this.ACTION(() => call('EXTRACT', [unit, operand], this.rangeFrom(word)));
        },
      },
      {
        ALT: () => {
          const word = this.OR2(
            ['FLOOR', 'CEIL', 'CEILING'].map((name) => ({ ALT: () => this.CONSUME(k(name)) })),
          );
          this.CONSUME2(LeftParen);
          const args = [this.SUBRULE2(this.expression)];
          this.OPTION(() => {
            this.CONSUME(k('TO'));
            args.push(this.SUBRULE1(this.symbol));
          });
          this.CONSUME2(RightParen);
          return this.ACTION(() =>
            call(word.image.toUpperCase().replace('CEILING', 'CEIL'), args, this.rangeFrom(word)),
          );
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('TRIM'));
          this.CONSUME3(LeftParen);
          const side = this.OPTION1(() =>
            this.OR3(['BOTH', 'LEADING', 'TRAILING'].map((name) => ({ ALT: () => this.CONSUME(k(name)) }))),
          );
          const first = this.OPTION2(() => this.SUBRULE3(this.expression));
          const second = this.OPTION3(() => {
            this.CONSUME1(k('FROM'));
            return this.SUBRULE4(this.expression);
          });
          this.CONSUME3(RightParen);
          return this.ACTION(() => {
            const at = this.rangeFrom(word);
            const blank: ExpressionNode = { kind: 'literal', value: ' ', type: STRING, at };
            const [characters, text] = second === undefined ? [blank, first!] : [first ?? blank, second];
            return call(
              'TRIM',
              [{ kind: 'symbol', value: side?.image.toUpperCase() ?? 'BOTH', at }, characters, text],
              at,
            );
          });
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('POSITION'));
          this.CONSUME4(LeftParen);
          const part = this.SUBRULE5(this.sum);
          this.CONSUME(k('IN'));
          const whole = this.SUBRULE6(this.expression);
          this.CONSUME4(RightParen);
          return this.ACTION(() => call('POSITION', [part, whole], this.rangeFrom(word)));
        },
      },
      {
        ALT: () => {
          const word = this.OR4([
            { ALT: () => this.CONSUME(k('SUBSTRING')) },
            { ALT: () => this.CONSUME(k('OVERLAY')) },
          ]);
          const args: ExpressionNode[] = [];
          this.CONSUME5(LeftParen);
          args.push(this.SUBRULE7(this.expression));
          this.MANY(() => {
            this.OR5(
              [Comma, k('PLACING'), k('FROM'), k('FOR')].map((separator) => ({
                ALT: () => this.CONSUME5(separator),
              })),
            );
            args.push(this.SUBRULE8(this.expression));
          });
          this.CONSUME5(RightParen);
          return this.ACTION(() => call(word.image.toUpperCase(), args, this.rangeFrom(word)));
        },
      },
    ]);
  });

  readonly symbol: Rule<ExpressionNode> = this.RULE('symbol', () => {
    const token = this.CONSUME(Name);
    return this.ACTION((): ExpressionNode => ({
      kind: 'symbol',
      value: token.image.toUpperCase(),
      at: rangeOf(token),
    }));
  });

  readonly constructorCall: Rule<ExpressionNode> = this.RULE('constructorCall', () => {
    return this.OR<Choices<ExpressionNode>>([
      {
        ALT: () => {
          const word = this.CONSUME(k('ROW'));
          this.CONSUME(LeftParen);
          const args = this.OPTION(() => this.SUBRULE(this.expressionList)) ?? [];
          this.CONSUME(RightParen);
          return this.ACTION(() => call('ROW', args, this.rangeFrom(word)));
        },
      },
      {
        ALT: () => {
          const word = this.OR1([
            { ALT: () => this.CONSUME(k('ARRAY')) },
            { ALT: () => this.CONSUME(k('MAP')) },
          ]);
          this.CONSUME(LeftBracket);
          const args = this.OPTION1(() => this.SUBRULE1(this.expressionList)) ?? [];
          this.CONSUME(RightBracket);
          return this.ACTION(() => call(word.image.toUpperCase(), args, this.rangeFrom(word)));
        },
      },
    ]);
  });

  readonly columnPath: Rule<ExpressionNode> = this.RULE('columnPath', () => {
    const first = this.SUBRULE(this.identifier);
    const path = [first];
    let star: IToken | undefined;
    // `a.b.c` is taken whole: which of it is a table and which a field of a row is for the planner to say.
    this.MANY(() => {
      this.CONSUME(Dot);
      this.OR([
        { ALT: () => path.push(this.SUBRULE1(this.identifier)) },
        { ALT: () => (star = this.CONSUME(Star)) },
      ]);
    });
    return this.ACTION((): ExpressionNode => {
      const at = rangeOver(first.at, star === undefined ? path.at(-1)!.at : rangeOf(star));
      return star === undefined ? { kind: 'column', path, at } : { kind: 'star', qualifier: path, at };
    });
  });
}

export function call(name: string, args: readonly ExpressionNode[], at: SourceRange): CallNode {
  return { kind: 'call', name, args, at };
}

export function binary(name: string, left: ExpressionNode, right: ExpressionNode): CallNode {
  return call(name, [left, right], rangeOver(left.at, right.at));
}
