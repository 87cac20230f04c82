import { tokenMatcher, type IToken } from 'chevrotain';
import type { ExpressionNode, Identifier, MatchNode, PatternNode, TableNode } from './ast.ts';
import { nameOf, rangeOf, type Choices, type Rule } from './base-parser.ts';
import { rangeOver } from './position.ts';
import { QueryParser } from './query-parser.ts';
import {
  Bar,
  Comma,
  k,
  LeftBrace,
  LeftParen,
  Minus,
  Name,
  NumberLiteral,
  Plus,
  Question,
  RightBrace,
  RightParen,
  Star,
} from './tokens.ts';
import { notSupported } from '../sql-errors.ts';

/** MATCH_RECOGNIZE and its row patterns. */
export abstract class MatchParser extends QueryParser {
  override readonly matchRecognize: Rule<(input: TableNode) => TableNode> = this.RULE(
    'matchRecognize',
    () => {
      const start = this.CONSUME(k('MATCH_RECOGNIZE'));
      this.CONSUME(LeftParen);
      const partitionBy =
        this.OPTION(() => {
          this.CONSUME(k('PARTITION'));
          this.CONSUME(k('BY'));
          return this.SUBRULE(this.expressionList);
        }) ?? [];
      const orderBy = this.OPTION1(() => this.SUBRULE(this.orderBy)) ?? [];
      const measures: { expression: ExpressionNode; alias: Identifier }[] = [];
      this.OPTION2(() => {
        this.CONSUME(k('MEASURES'));
        this.AT_LEAST_ONE_SEP({
          SEP: Comma,
          DEF: () => {
            const expression = this.SUBRULE(this.expression);
            this.CONSUME(k('AS'));
            measures.push({ expression, alias: this.SUBRULE(this.identifier) });
          },
        });
      });
      this.OPTION3(() => {
        this.SUBRULE(this.rowsPerMatch);
      });
      const skip = this.OPTION4(() => this.SUBRULE(this.skip)) ?? { to: 'next-row' as const };
      this.CONSUME(k('PATTERN'));
      this.CONSUME1(LeftParen);
      const pattern = this.SUBRULE(this.pattern);
      this.CONSUME1(RightParen);
      const within = this.OPTION5(() => {
        this.CONSUME(k('WITHIN'));
        return this.SUBRULE1(this.expression);
      });
      const define: { variable: Identifier; condition: ExpressionNode }[] = [];
      this.CONSUME(k('DEFINE'));
      this.AT_LEAST_ONE_SEP1({
        SEP: Comma,
        DEF: () => {
          const variable = this.SUBRULE1(this.identifier);
          this.CONSUME1(k('AS'));
          define.push({ variable, condition: this.SUBRULE2(this.expression) });
        },
      });
      this.CONSUME(RightParen);
      const alias = this.SUBRULE(this.tableAlias);
      return this.ACTION(() => {
        const at = this.rangeFrom(start);
        const match: MatchNode = { partitionBy, orderBy, measures, skip, pattern, within, define, at };
        return (input: TableNode): TableNode => ({
          kind: 'match',
          input,
          match,
          ...alias,
          at: rangeOver(input.at, at),
        });
      });
    },
  );

  readonly rowsPerMatch: Rule<void> = this.RULE('rowsPerMatch', () => {
    const all = this.OR<Choices<IToken | undefined>>([
      {
        ALT: () => {
          this.CONSUME(k('ONE'));
          this.CONSUME(k('ROW'));
          return undefined;
        },
      },
      {
        ALT: () => {
          const word = this.CONSUME(k('ALL'));
          this.CONSUME(k('ROWS'));
          return word;
        },
      },
    ]);
    this.CONSUME(k('PER'));
    this.CONSUME(k('MATCH'));
    this.ACTION(() => {
      if (all === undefined) return;
      const next = 'There is one row a match: ONE ROW PER MATCH.';
      throw notSupported('ALL ROWS PER MATCH', next, this.rangeFrom(all));
    });
  });

  readonly skip: Rule<MatchNode['skip']> = this.RULE('skip', () => {
    this.CONSUME(k('AFTER'));
    this.CONSUME(k('MATCH'));
    this.CONSUME(k('SKIP'));
    return this.OR<Choices<MatchNode['skip']>>([
      {
        ALT: () => {
          this.CONSUME(k('PAST'));
          this.CONSUME(k('LAST'));
          this.CONSUME(k('ROW'));
          return { to: 'past-last-row' };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('TO'));
          return this.OR1<Choices<MatchNode['skip']>>({
            DEF: [
              {
                ALT: () => {
                  this.CONSUME(k('NEXT'));
                  this.CONSUME1(k('ROW'));
                  return { to: 'next-row' as const };
                },
              },
              {
                ALT: () => {
                  this.CONSUME(k('FIRST'));
                  return { to: 'first' as const, variable: this.SUBRULE(this.identifier) };
                },
              },
              {
                ALT: () => {
                  this.OPTION(() => this.CONSUME1(k('LAST')));
                  return { to: 'last' as const, variable: this.SUBRULE1(this.identifier) };
                },
              },
            ],
            IGNORE_AMBIGUITIES: true,
          });
        },
      },
    ]);
  });

  readonly pattern: Rule<PatternNode> = this.RULE('pattern', () => {
    const parts: PatternNode[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Bar, DEF: () => parts.push(this.SUBRULE(this.patternSequence)) });
    return this.ACTION((): PatternNode => {
      const at = rangeOver(parts[0]!.at, parts.at(-1)!.at);
      return parts.length === 1 ? parts[0]! : { kind: 'alternation', parts, at };
    });
  });

  readonly patternSequence: Rule<PatternNode> = this.RULE('patternSequence', () => {
    const parts: PatternNode[] = [];
    this.AT_LEAST_ONE(() => {
      parts.push(this.SUBRULE(this.patternPart));
    });
    return this.ACTION((): PatternNode => {
      const at = rangeOver(parts[0]!.at, parts.at(-1)!.at);
      return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts, at };
    });
  });

  readonly patternPart: Rule<PatternNode> = this.RULE('patternPart', () => {
    let part = this.OR<Choices<PatternNode>>([
      {
        ALT: () => {
          const name = this.CONSUME(Name);
          return this.ACTION((): PatternNode => {
            if (name.image.toUpperCase() === 'PERMUTE' && tokenMatcher(this.LA(1), LeftParen)) {
              throw notSupported(
                'PERMUTE in a pattern',
                'Write the order of the variables: A B C.',
                rangeOf(name),
              );
            }
            return { kind: 'variable', name: nameOf(name), at: rangeOf(name) };
          });
        },
      },
      {
        ALT: () => {
          const start = this.CONSUME(LeftBrace);
          this.CONSUME(Minus);
          const inside = this.SUBRULE1(this.pattern);
          this.CONSUME1(Minus);
          this.CONSUME(RightBrace);
          this.ACTION(() => {
            throw notSupported(
              '{- … -} in a pattern',
              'It leaves rows out of ALL ROWS PER MATCH, which is not there either.',
              this.rangeFrom(start),
            );
          });
          return inside;
        },
      },
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          const inside = this.SUBRULE(this.pattern);
          this.CONSUME(RightParen);
          return inside;
        },
      },
    ]);
    this.OPTION({
      GATE: () => !tokenMatcher(this.LA(2), Minus),
      DEF: () => {
        const bounds = this.SUBRULE(this.quantifier);
        const greedy = this.OPTION1(() => this.CONSUME(Question)) === undefined;
        part = this.ACTION((): PatternNode => ({
          kind: 'repeat',
          part,
          min: bounds[0],
          max: bounds[1],
          greedy,
          at: this.rangeFrom(part.at),
        }));
      },
    });
    return part;
  });

  readonly quantifier: Rule<readonly [number, number]> = this.RULE('quantifier', () => {
    return this.OR<Choices<readonly [number, number]>>([
      { ALT: () => (this.CONSUME(Star), [0, Infinity] as const) },
      { ALT: () => (this.CONSUME(Plus), [1, Infinity] as const) },
      { ALT: () => (this.CONSUME(Question), [0, 1] as const) },
      {
        ALT: () => {
          this.CONSUME(LeftBrace);
          const low = this.OPTION(() => this.CONSUME(NumberLiteral));
          let comma = false;
          const high = this.OPTION1(() => {
            this.CONSUME(Comma);
            comma = true;
            return this.OPTION2(() => this.CONSUME1(NumberLiteral));
          });
          this.CONSUME(RightBrace);
          return this.ACTION((): readonly [number, number] => {
            const min = low === undefined ? 0 : Number(low.image);
            return [min, comma ? (high === undefined ? Infinity : Number(high.image)) : min];
          });
        },
      },
    ]);
  });
}
