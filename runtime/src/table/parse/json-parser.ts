import { tokenMatcher } from 'chevrotain';
import type { CallNode, ExpressionNode } from './ast.ts';
import type { Choices, Rule } from './base-parser.ts';
import { call, ExpressionParser } from './expression-parser.ts';
import type { SourceRange } from './position.ts';
import { Comma, k, LeftParen, RightParen } from './tokens.ts';
import { NULL, STRING } from '../types/logical-type.ts';

interface Instead {
  readonly way: string;
  readonly value: ExpressionNode | undefined;
  readonly on: string;
}

/** Calls whose result is JSON already when it is put into JSON. */
const MAKES_JSON = ['JSON', 'JSON_OBJECT', 'JSON_ARRAY'];

/** Functions of JSON, whose arguments have words between them: as calls of arguments in order, the words as symbols. */
export abstract class JsonParser extends ExpressionParser {
  override readonly jsonCall: Rule<CallNode> = this.RULE('jsonCall', () => {
    return this.OR<Choices<CallNode>>([
      {
        ALT: () => {
          const word = this.OR1(
            ['JSON_VALUE', 'JSON_QUERY', 'JSON_EXISTS'].map((name) => ({ ALT: () => this.CONSUME(k(name)) })),
          );
          this.CONSUME(LeftParen);
          const args = [this.SUBRULE(this.expression)];
          this.CONSUME(Comma);
          args.push(this.SUBRULE1(this.expression));
          const returning = this.OPTION(() => {
            this.CONSUME(k('RETURNING'));
            return this.SUBRULE(this.type);
          });
          const wrapper = this.OPTION1(() => this.SUBRULE(this.jsonWrapper));
          const instead: Instead[] = [];
          this.MANY(() => instead.push(this.SUBRULE(this.jsonInstead)));
          this.CONSUME(RightParen);
          return this.ACTION(() => {
            const at = this.rangeFrom(word);
            const name = word.image.toUpperCase();
            const way = (on: string) => instead.find((item) => item.on === on);
            if (name === 'JSON_EXISTS') {
              const error = way('ERROR');
              return call(name, error === undefined ? args : [...args, symbol(error.way, at)], at);
            }
            if (returning === undefined && wrapper === undefined && instead.length === 0)
              return call(name, args, at);
            const type: ExpressionNode = { kind: 'literal', value: null, type: returning ?? STRING, at };
            const options = ['EMPTY', 'ERROR'].flatMap((on) => {
              const word_ = symbol(way(on)?.way ?? 'NULL', at);
              return name === 'JSON_QUERY' ? [word_] : [word_, way(on)?.value ?? nullAt(at)];
            });
            const wraps = name === 'JSON_QUERY' ? [symbol(wrapper ?? 'WITHOUT', at)] : [];
            return call(name, [...args, type, ...wraps, ...options], at);
          });
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('JSON_OBJECT'));
          this.CONSUME1(LeftParen);
          const args: ExpressionNode[] = [];
          this.OPTION2({
            GATE: () => !this.nullClauseAhead(),
            DEF: () =>
              this.AT_LEAST_ONE_SEP({
                SEP: Comma,
                DEF: () => {
                  const member = this.SUBRULE(this.jsonMember);
                  this.ACTION(() => args.push(...member));
                },
              }),
          });
          const onNull = this.OPTION3(() => this.SUBRULE(this.jsonOnNull)) ?? 'NULL';
          this.CONSUME1(RightParen);
          return this.ACTION(() => {
            const at = this.rangeFrom(word);
            return call('JSON_OBJECT', [symbol(onNull, at), ...args], at);
          });
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('JSON_ARRAY'));
          this.CONSUME2(LeftParen);
          const args =
            this.OPTION4({
              GATE: () => !this.nullClauseAhead(),
              DEF: () => this.SUBRULE(this.expressionList),
            }) ?? [];
          const onNull = this.OPTION5(() => this.SUBRULE1(this.jsonOnNull)) ?? 'ABSENT';
          this.CONSUME2(RightParen);
          return this.ACTION(() => {
            const at = this.rangeFrom(word);
            return call('JSON_ARRAY', [symbol(onNull, at), ...args.map(asJson)], at);
          });
        },
      },
    ]);
  });

  /** The arguments of JSON_OBJECTAGG and JSON_ARRAYAGG, whose name says what NULL is. */
  readonly jsonAggregate: Rule<CallNode> = this.RULE('jsonAggregate', () => {
    return this.OR<Choices<CallNode>>([
      {
        ALT: () => {
          const word = this.CONSUME(k('JSON_OBJECTAGG'));
          this.CONSUME(LeftParen);
          const args = this.SUBRULE(this.jsonMember);
          const onNull = this.OPTION(() => this.SUBRULE(this.jsonOnNull)) ?? 'NULL';
          this.CONSUME(RightParen);
          const name = onNull === 'NULL' ? 'JSON_OBJECTAGG' : 'JSON_OBJECTAGG_ABSENT_ON_NULL';
          return this.ACTION(() => call(name, args, this.rangeFrom(word)));
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('JSON_ARRAYAGG'));
          this.CONSUME1(LeftParen);
          const item = this.SUBRULE(this.expression);
          const onNull = this.OPTION1(() => this.SUBRULE1(this.jsonOnNull)) ?? 'ABSENT';
          this.CONSUME1(RightParen);
          const name = onNull === 'ABSENT' ? 'JSON_ARRAYAGG' : 'JSON_ARRAYAGG_NULL_ON_NULL';
          return this.ACTION(() => call(name, [asJson(item)], this.rangeFrom(word)));
        },
      },
    ]);
  });

  readonly jsonMember: Rule<ExpressionNode[]> = this.RULE('jsonMember', () => {
    // `key VALUE 1` is a column called key.
    this.OPTION({
      GATE: () => !tokenMatcher(this.LA(2), k('VALUE')),
      DEF: () => this.CONSUME(k('KEY')),
    });
    const key = this.SUBRULE(this.expression);
    this.CONSUME(k('VALUE'));
    const value = this.SUBRULE1(this.expression);
    return this.ACTION(() => [key, asJson(value)]);
  });

  readonly jsonWrapper: Rule<string> = this.RULE('jsonWrapper', () => {
    const wrapper = this.OR<Choices<string>>([
      { ALT: () => (this.CONSUME(k('WITHOUT')), 'WITHOUT') },
      {
        ALT: () => {
          this.CONSUME(k('WITH'));
          return (
            this.OPTION(() =>
              this.OR1<Choices<string>>([
                { ALT: () => (this.CONSUME(k('CONDITIONAL')), 'CONDITIONAL') },
                { ALT: () => (this.CONSUME(k('UNCONDITIONAL')), 'UNCONDITIONAL') },
              ]),
            ) ?? 'UNCONDITIONAL'
          );
        },
      },
    ]);
    this.OPTION1(() => this.CONSUME(k('ARRAY')));
    this.CONSUME(k('WRAPPER'));
    return wrapper;
  });

  readonly jsonInstead: Rule<Instead> = this.RULE('jsonInstead', () => {
    let value: ExpressionNode | undefined;
    const way = this.OR<Choices<string>>([
      ...['NULL', 'ERROR', 'TRUE', 'FALSE', 'UNKNOWN'].map((word) => ({
        ALT: () => (this.CONSUME(k(word)), word),
      })),
      {
        ALT: () => {
          this.CONSUME(k('DEFAULT'));
          value = this.SUBRULE(this.expression);
          return 'DEFAULT';
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('EMPTY'));
          return this.OR1<Choices<string>>([
            { ALT: () => (this.CONSUME(k('ARRAY')), 'EMPTY ARRAY') },
            { ALT: () => (this.CONSUME(k('OBJECT')), 'EMPTY OBJECT') },
          ]);
        },
      },
    ]);
    this.CONSUME(k('ON'));
    const on = this.OR2([{ ALT: () => this.CONSUME1(k('EMPTY')) }, { ALT: () => this.CONSUME1(k('ERROR')) }]);
    return this.ACTION((): Instead => ({ way, value, on: on.image.toUpperCase() }));
  });

  readonly jsonOnNull: Rule<string> = this.RULE('jsonOnNull', () => {
    const onNull = this.OR<Choices<string>>([
      { ALT: () => (this.CONSUME(k('NULL')), 'NULL') },
      { ALT: () => (this.CONSUME(k('ABSENT')), 'ABSENT') },
    ]);
    this.CONSUME(k('ON'));
    this.CONSUME1(k('NULL'));
    return onNull;
  });

  protected nullClauseAhead(): boolean {
    return tokenMatcher(this.LA(2), k('ON'));
  }
}

function asJson(value: ExpressionNode): ExpressionNode {
  const isJson = value.kind === 'call' && MAKES_JSON.includes(value.name.toUpperCase());
  return isJson ? value : call('JSON_STRING', [value], value.at);
}

function symbol(value: string, at: SourceRange): ExpressionNode {
  return { kind: 'symbol', value, at };
}

function nullAt(at: SourceRange): ExpressionNode {
  return { kind: 'literal', value: null, type: NULL, at };
}
