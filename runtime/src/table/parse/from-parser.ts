import { tokenMatcher } from 'chevrotain';
import type { ExpressionNode, Hint, Identifier, JoinType, TableNode, WindowArgument } from './ast.ts';
import { rangeOf, type Choices, type Rule } from './base-parser.ts';
import { CallParser } from './call-parser.ts';
import { parseHints } from './hints.ts';
import { rangeOver } from './position.ts';
import { Arrow, Comma, HintComment, k, LeftParen, Name, RightParen } from './tokens.ts';

/** What stands in FROM: tables, joins, sub-queries, window functions. */
export abstract class FromParser extends CallParser {
  declare readonly matchRecognize: Rule<(input: TableNode) => TableNode>;

  readonly tableList: Rule<TableNode> = this.RULE('tableList', () => {
    let left = this.SUBRULE(this.joined);
    this.MANY(() => {
      this.CONSUME(Comma);
      const right = this.SUBRULE1(this.joined);
      left = this.ACTION(() => join('cross', left, right));
    });
    return left;
  });

  readonly joined: Rule<TableNode> = this.RULE('joined', () => {
    let left = this.SUBRULE(this.tableFactor);
    this.MANY(() => {
      const natural = this.OPTION(() => this.CONSUME(k('NATURAL'))) !== undefined;
      const type = this.OR<Choices<JoinType>>([
        { ALT: () => (this.CONSUME(k('CROSS')), 'cross' as const) },
        {
          ALT: () => {
            this.CONSUME(k('LEFT'));
            return (
              this.OPTION1(() =>
                this.OR1<Choices<JoinType>>([
                  { ALT: () => (this.CONSUME(k('OUTER')), 'left' as const) },
                  { ALT: () => (this.CONSUME(k('SEMI')), 'semi' as const) },
                  { ALT: () => (this.CONSUME(k('ANTI')), 'anti' as const) },
                ]),
              ) ?? 'left'
            );
          },
        },
        {
          ALT: () => (
            this.CONSUME(k('RIGHT')),
            this.OPTION2(() => this.CONSUME1(k('OUTER'))),
            'right' as const
          ),
        },
        {
          ALT: () => (
            this.CONSUME(k('FULL')),
            this.OPTION3(() => this.CONSUME2(k('OUTER'))),
            'full' as const
          ),
        },
        { ALT: () => (this.OPTION4(() => this.CONSUME(k('INNER'))), 'inner' as const) },
      ]);
      this.CONSUME(k('JOIN'));
      const right = this.SUBRULE1(this.tableFactor);
      let on: ExpressionNode | undefined;
      let using: Identifier[] = [];
      this.OPTION5(() =>
        this.OR2([
          {
            ALT: () => {
              this.CONSUME(k('ON'));
              on = this.SUBRULE(this.expression);
            },
          },
          {
            ALT: () => {
              this.CONSUME(k('USING'));
              using = this.SUBRULE(this.columnAliases);
            },
          },
        ]),
      );
      left = this.ACTION(() => ({
        kind: 'join', type, left, right, on, using, natural, at: rangeOver(left.at, right.at),
      })); // prettier-ignore
    });
    return left;
  });

  readonly tableFactor: Rule<TableNode> = this.RULE('tableFactor', () => {
    const plain = this.OR<Choices<TableNode>>({
      DEF: [
        { ALT: () => this.SUBRULE(this.unnest) },
        { ALT: () => this.SUBRULE(this.lateral) },
        { ALT: () => this.SUBRULE(this.windowFunction) },
        { ALT: () => this.SUBRULE(this.derivedTable) },
        { ALT: () => this.SUBRULE(this.namedTable) },
      ],
      IGNORE_AMBIGUITIES: true,
    });
    return (
      this.OPTION(() => {
        const match = this.SUBRULE(this.matchRecognize);
        return this.ACTION(() => match(plain));
      }) ?? plain
    );
  });

  readonly unnest: Rule<TableNode> = this.RULE('unnest', () => {
    const start = this.CONSUME(k('UNNEST'));
    this.CONSUME(LeftParen);
    const operand = this.SUBRULE(this.expression);
    this.CONSUME(RightParen);
    const ordinality = this.OPTION(() => {
      this.CONSUME(k('WITH'));
      return this.CONSUME(k('ORDINALITY'));
    });
    const alias = this.SUBRULE(this.tableAlias);
    return this.ACTION((): TableNode => ({
      kind: 'unnest', operand, ordinality: ordinality !== undefined, ...alias, at: this.rangeFrom(start),
    })); // prettier-ignore
  });

  readonly lateral: Rule<TableNode> = this.RULE('lateral', () => {
    const start = this.CONSUME(k('LATERAL'));
    return this.OR<Choices<TableNode>>([
      {
        ALT: () => {
          this.CONSUME(k('TABLE'));
          this.CONSUME(LeftParen);
          const call = this.SUBRULE(this.functionCall);
          this.CONSUME(RightParen);
          const alias = this.SUBRULE(this.tableAlias);
          return this.ACTION((): TableNode => ({
            kind: 'function',
            call: call as never,
            ...alias,
            at: this.rangeFrom(start),
          }));
        },
      },
      {
        ALT: () => {
          this.CONSUME1(LeftParen);
          const query = this.SUBRULE(this.query);
          this.CONSUME1(RightParen);
          const alias = this.SUBRULE1(this.tableAlias);
          return this.ACTION((): TableNode => ({
            kind: 'derived',
            query,
            ...alias,
            at: this.rangeFrom(start),
          }));
        },
      },
    ]);
  });

  /** `TABLE(TUMBLE(…))`, or without `TABLE(…)` around it. */
  readonly windowFunction: Rule<TableNode> = this.RULE('windowFunction', () => {
    const start = this.LA(1);
    const call = this.OR<Choices<readonly [Identifier, WindowArgument[]]>>({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(k('TABLE'));
            this.CONSUME(LeftParen);
            const inside = this.SUBRULE(this.windowCall);
            this.CONSUME(RightParen);
            return inside;
          },
        },
        { ALT: () => this.SUBRULE1(this.windowCall) },
      ],
    });
    const alias = this.SUBRULE(this.tableAlias);
    return this.ACTION((): TableNode => ({
      kind: 'window',
      name: call[0],
      args: call[1],
      ...alias,
      at: this.rangeFrom(start),
    }));
  });

  readonly windowCall: Rule<readonly [Identifier, WindowArgument[]]> = this.RULE(
    'windowCall',
    (): readonly [Identifier, WindowArgument[]] => {
      const name = this.SUBRULE(this.identifier);
      const args: WindowArgument[] = [];
      this.CONSUME(LeftParen);
      this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => args.push(this.SUBRULE(this.windowArgument)) });
      this.CONSUME(RightParen);
      return [name, args];
    },
  );

  readonly windowArgument: Rule<WindowArgument> = this.RULE('windowArgument', () => {
    const start = this.LA(1);
    const name = this.OPTION({
      GATE: () => tokenMatcher(this.LA(1), Name) && tokenMatcher(this.LA(2), Arrow),
      DEF: () => this.SUBRULE(this.argumentName),
    });
    return this.OR<Choices<WindowArgument>>({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(k('TABLE'));
            const input = this.OR1<Choices<TableNode>>({
              DEF: [
                { ALT: () => this.SUBRULE(this.windowFunction) },
                { ALT: () => this.SUBRULE(this.derivedTable) },
                { ALT: () => this.SUBRULE(this.bareTable) },
              ],
              IGNORE_AMBIGUITIES: true,
            });
            const partitionBy =
              this.OPTION1(() => {
                this.CONSUME(k('PARTITION'));
                this.CONSUME(k('BY'));
                return this.OR2<Choices<ExpressionNode[]>>({
                  DEF: [
                    {
                      ALT: () => {
                        this.CONSUME1(LeftParen);
                        const list = this.SUBRULE1(this.expressionList);
                        this.CONSUME1(RightParen);
                        return list;
                      },
                    },
                    { ALT: () => [this.SUBRULE1(this.expression)] },
                  ],
                  IGNORE_AMBIGUITIES: true,
                });
              }) ?? [];
            return this.ACTION((): WindowArgument => ({
              kind: 'input',
              name,
              input,
              partitionBy,
              at: this.rangeFrom(start),
            }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(k('DESCRIPTOR'));
            this.CONSUME(LeftParen);
            const columns = this.SUBRULE(this.identifierList);
            this.CONSUME(RightParen);
            return this.ACTION((): WindowArgument => ({
              kind: 'descriptor',
              name,
              columns,
              at: this.rangeFrom(start),
            }));
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.expression);
            return this.ACTION((): WindowArgument => ({
              kind: 'value',
              name,
              value,
              at: this.rangeFrom(start),
            }));
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  readonly derivedTable: Rule<TableNode> = this.RULE('derivedTable', () => {
    const start = this.CONSUME(LeftParen);
    return this.OR<Choices<TableNode>>({
      DEF: [
        {
          GATE: () => this.queryAhead(),
          ALT: () => {
            const query = this.SUBRULE(this.query);
            this.CONSUME(RightParen);
            const alias = this.SUBRULE(this.tableAlias);
            return this.ACTION((): TableNode => ({
              kind: 'derived',
              query,
              ...alias,
              at: this.rangeFrom(start),
            }));
          },
        },
        {
          ALT: () => {
            const inside = this.SUBRULE(this.tableList);
            this.CONSUME1(RightParen);
            return inside;
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  /** A table's name alone: in a window function what follows belongs to the function. */
  readonly bareTable: Rule<TableNode> = this.RULE('bareTable', () => {
    const start = this.LA(1);
    const path = this.SUBRULE(this.path);
    return this.ACTION((): TableNode => ({
      kind: 'table', path, hints: [], asOf: undefined, alias: undefined, columns: [], at: this.rangeFrom(start),
    })); // prettier-ignore
  });

  readonly namedTable: Rule<TableNode> = this.RULE('namedTable', () => {
    const start = this.LA(1);
    const path = this.SUBRULE(this.path);
    const hints = this.SUBRULE(this.hints);
    const asOf = this.OPTION(() => {
      this.CONSUME(k('FOR'));
      this.CONSUME(k('SYSTEM_TIME'));
      this.CONSUME(k('AS'));
      this.CONSUME(k('OF'));
      return this.SUBRULE(this.sum);
    });
    const alias = this.SUBRULE(this.tableAlias);
    return this.ACTION((): TableNode => ({
      kind: 'table',
      path,
      hints,
      asOf,
      ...alias,
      at: this.rangeFrom(start),
    }));
  });

  readonly tableAlias: Rule<{ alias: Identifier | undefined; columns: readonly Identifier[] }> = this.RULE(
    'tableAlias',
    () => {
      let columns: readonly Identifier[] = [];
      const alias = this.OPTION(() => {
        this.OPTION1(() => this.CONSUME(k('AS')));
        const name = this.SUBRULE(this.identifier);
        columns = this.OPTION2(() => this.SUBRULE(this.columnAliases)) ?? [];
        return name;
      });
      return { alias, columns };
    },
  );

  readonly columnAliases: Rule<Identifier[]> = this.RULE('columnAliases', () => {
    this.CONSUME(LeftParen);
    const names = this.SUBRULE(this.identifierList);
    this.CONSUME(RightParen);
    return names;
  });

  readonly hints: Rule<Hint[]> = this.RULE('hints', () => {
    const hints: Hint[] = [];
    this.MANY(() => {
      const token = this.CONSUME(HintComment);
      this.ACTION(() => hints.push(...parseHints(token.image, rangeOf(token))));
    });
    return hints;
  });
}

function join(type: JoinType, left: TableNode, right: TableNode): TableNode {
  return {
    kind: 'join',
    type,
    left,
    right,
    on: undefined,
    using: [],
    natural: false,
    at: rangeOver(left.at, right.at),
  };
}
