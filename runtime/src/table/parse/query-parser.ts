import type {
  ExpressionNode, GroupItem, QueryBody, QueryNode, SelectItem, SelectNode,   WindowNode,
} from './ast.ts'; // prettier-ignore
import { rangeOf, type Choices, type Rule } from './base-parser.ts';
import { FromParser } from './from-parser.ts';
import { rangeOver } from './position.ts';
import { Comma, k, LeftParen, RightParen, Star } from './tokens.ts';

/** Queries: WITH, set operations, SELECT, and what stands in FROM. */
export abstract class QueryParser extends FromParser {
  override readonly query: Rule<QueryNode> = this.RULE('query', () => {
    const start = this.LA(1);
    const withItems: QueryNode['with'][number][] = [];
    this.OPTION(() => {
      this.CONSUME(k('WITH'));
      this.AT_LEAST_ONE_SEP({
        SEP: Comma,
        DEF: () => {
          const name = this.SUBRULE(this.identifier);
          const columns = this.OPTION1(() => this.SUBRULE(this.columnAliases)) ?? [];
          this.CONSUME(k('AS'));
          this.CONSUME(LeftParen);
          const query = this.SUBRULE(this.query);
          this.CONSUME(RightParen);
          withItems.push({ name, columns, query });
        },
      });
    });
    const body = this.SUBRULE(this.union);
    const orderBy = this.OPTION2(() => this.SUBRULE(this.orderBy)) ?? [];
    let limit: ExpressionNode | undefined;
    let offset: ExpressionNode | undefined;
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(k('LIMIT'));
            this.OR1([
              { ALT: () => (limit = this.SUBRULE(this.expression)) },
              { ALT: () => void this.CONSUME(k('ALL')) },
            ]);
          },
        },
        {
          ALT: () => {
            this.CONSUME(k('OFFSET'));
            offset = this.SUBRULE1(this.expression);
            this.OPTION3(() =>
              this.OR2([{ ALT: () => this.CONSUME(k('ROW')) }, { ALT: () => this.CONSUME(k('ROWS')) }]),
            );
          },
        },
        {
          ALT: () => {
            this.CONSUME(k('FETCH'));
            this.OR3([{ ALT: () => this.CONSUME(k('FIRST')) }, { ALT: () => this.CONSUME(k('NEXT')) }]);
            limit = this.SUBRULE2(this.expression);
            this.OR4([{ ALT: () => this.CONSUME1(k('ROW')) }, { ALT: () => this.CONSUME1(k('ROWS')) }]);
            this.CONSUME(k('ONLY'));
          },
        },
      ]),
    );
    return this.ACTION((): QueryNode => ({
      kind: 'query', with: withItems, body, orderBy, limit, offset, at: this.rangeFrom(start),
    })); // prettier-ignore
  });

  readonly union: Rule<QueryBody> = this.RULE('union', () => {
    let left = this.SUBRULE(this.intersection);
    this.MANY(() => {
      const operation = this.OR([
        { ALT: () => (this.CONSUME(k('UNION')), 'UNION' as const) },
        { ALT: () => (this.CONSUME(k('EXCEPT')), 'EXCEPT' as const) },
        { ALT: () => (this.CONSUME(k('MINUS')), 'EXCEPT' as const) },
      ]);
      const all = this.SUBRULE(this.setQuantifier);
      const right = this.SUBRULE1(this.intersection);
      left = this.ACTION(() => ({
        kind: 'set',
        operation,
        all,
        left,
        right,
        at: rangeOver(left.at, right.at),
      }));
    });
    return left;
  });

  readonly intersection: Rule<QueryBody> = this.RULE('intersection', () => {
    let left = this.SUBRULE(this.simpleQuery);
    this.MANY(() => {
      this.CONSUME(k('INTERSECT'));
      const all = this.SUBRULE(this.setQuantifier);
      const right = this.SUBRULE1(this.simpleQuery);
      left = this.ACTION(() => ({
        kind: 'set', operation: 'INTERSECT', all, left, right, at: rangeOver(left.at, right.at),
      })); // prettier-ignore
    });
    return left;
  });

  readonly setQuantifier: Rule<boolean> = this.RULE('setQuantifier', () => {
    let all = false;
    this.OPTION(() =>
      this.OR([
        { ALT: () => void (this.CONSUME(k('ALL')), (all = true)) },
        { ALT: () => void this.CONSUME(k('DISTINCT')) },
      ]),
    );
    return all;
  });

  readonly simpleQuery: Rule<QueryBody> = this.RULE('simpleQuery', () => {
    return this.OR<Choices<QueryBody>>([
      { ALT: () => this.SUBRULE(this.select) },
      { ALT: () => this.SUBRULE(this.values) },
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          const query = this.SUBRULE(this.query);
          this.CONSUME(RightParen);
          return query;
        },
      },
    ]);
  });

  readonly values: Rule<QueryBody> = this.RULE('values', () => {
    const start = this.CONSUME(k('VALUES'));
    const rows: ExpressionNode[][] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: Comma,
      DEF: () => {
        const row = this.SUBRULE(this.expression);
        this.ACTION(() => rows.push(row.kind === 'call' && row.name === 'ROW' ? [...row.args] : [row]));
      },
    });
    return this.ACTION((): QueryBody => ({ kind: 'values', rows, at: this.rangeFrom(start) }));
  });

  readonly select: Rule<SelectNode> = this.RULE('select', () => {
    const start = this.CONSUME(k('SELECT'));
    const hints = this.SUBRULE(this.hints);
    const distinct = this.OPTION(() =>
      this.OR([
        { ALT: () => (this.CONSUME(k('DISTINCT')), true) },
        { ALT: () => (this.CONSUME(k('ALL')), false) },
      ]),
    );
    const items: SelectItem[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => items.push(this.SUBRULE(this.selectItem)) });
    const from = this.OPTION1(() => {
      this.CONSUME(k('FROM'));
      return this.SUBRULE(this.tableList);
    });
    const where = this.OPTION2(() => {
      this.CONSUME(k('WHERE'));
      return this.SUBRULE(this.expression);
    });
    const groupBy = this.OPTION3(() => {
      this.CONSUME(k('GROUP'));
      this.CONSUME(k('BY'));
      return this.SUBRULE(this.groupBy);
    });
    const having = this.OPTION4(() => {
      this.CONSUME(k('HAVING'));
      return this.SUBRULE1(this.expression);
    });
    const windows = new Map<string, WindowNode>();
    this.OPTION5(() => {
      this.CONSUME(k('WINDOW'));
      this.AT_LEAST_ONE_SEP1({
        SEP: Comma,
        DEF: () => {
          const name = this.SUBRULE(this.identifier);
          this.CONSUME(k('AS'));
          const window = this.SUBRULE(this.windowSpecification);
          this.ACTION(() => windows.set(name.name, window));
        },
      });
    });
    return this.ACTION((): SelectNode => ({
      kind: 'select', distinct: distinct ?? false, items, from, where, groupBy, having, windows, hints, at: this.rangeFrom(start),
    })); // prettier-ignore
  });

  readonly selectItem: Rule<SelectItem> = this.RULE('selectItem', () => {
    const expression = this.OR<Choices<ExpressionNode>>([
      {
        ALT: () => {
          const star = this.CONSUME(Star);
          return this.ACTION((): ExpressionNode => ({ kind: 'star', qualifier: [], at: rangeOf(star) }));
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
    const alias = this.OPTION(() => {
      this.OPTION1(() => this.CONSUME(k('AS')));
      return this.SUBRULE(this.identifier);
    });
    return { expression, alias };
  });

  readonly groupBy: Rule<GroupItem[]> = this.RULE('groupBy', () => {
    const items: GroupItem[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => items.push(this.SUBRULE(this.groupItem)) });
    return items;
  });

  readonly groupItem: Rule<GroupItem> = this.RULE('groupItem', () => {
    return this.OR<Choices<GroupItem>>([
      {
        ALT: () => {
          this.CONSUME(k('GROUPING'));
          this.CONSUME(k('SETS'));
          this.CONSUME(LeftParen);
          const sets: (readonly ExpressionNode[])[] = [];
          this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => sets.push(this.SUBRULE(this.groupingSet)) });
          this.CONSUME(RightParen);
          return { kind: 'sets', sets };
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('CUBE'));
          const columns = this.SUBRULE1(this.groupingSet);
          return this.ACTION((): GroupItem => ({ kind: 'sets', sets: cubeOf(columns) }));
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('ROLLUP'));
          const columns = this.SUBRULE2(this.groupingSet);
          return this.ACTION((): GroupItem => ({
            kind: 'sets', sets: [...columns, undefined].map((_, at) => columns.slice(0, columns.length - at)),
          })); // prettier-ignore
        },
      },
      {
        ALT: () => {
          const expression = this.SUBRULE(this.expression);
          return { kind: 'expression', expression };
        },
      },
    ]);
  });

  readonly groupingSet: Rule<readonly ExpressionNode[]> = this.RULE('groupingSet', () => {
    return this.OR<Choices<readonly ExpressionNode[]>>({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(LeftParen);
            const list = this.OPTION(() => this.SUBRULE(this.expressionList)) ?? [];
            this.CONSUME(RightParen);
            return list;
          },
        },
        { ALT: () => [this.SUBRULE(this.expression)] },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });
}

function cubeOf(columns: readonly ExpressionNode[]): (readonly ExpressionNode[])[] {
  const sets: ExpressionNode[][] = [];
  for (let mask = 2 ** columns.length - 1; mask >= 0; mask--) {
    sets.push(columns.filter((_, at) => (mask & (1 << (columns.length - 1 - at))) !== 0));
  }
  return sets;
}
