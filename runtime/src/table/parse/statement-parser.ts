import { EOF } from 'chevrotain';
import type { ColumnNode, Identifier, InsertNode, QueryNode, SchemaNode, StatementNode } from './ast.ts';
import { textOf, type Choices, type Rule } from './base-parser.ts';
import { MatchParser } from './match-parser.ts';
import { Comma, Equal, k, LeftParen, RightParen, Semicolon, StringLiteral } from './tokens.ts';

type TableElement =
  | { readonly column: ColumnNode }
  | { readonly watermark: SchemaNode['watermark'] }
  | { readonly key: readonly Identifier[] };

/** Whole statements; the rules that texts begin with end at the end of the text. */
export class StatementParser extends MatchParser {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  readonly statements: Rule<StatementNode[]> = this.RULE('statements', () => {
    const all: StatementNode[] = [];
    this.MANY(() => this.CONSUME(Semicolon));
    this.MANY1(() => {
      all.push(this.SUBRULE(this.statement));
      this.OPTION(() => this.AT_LEAST_ONE(() => this.CONSUME1(Semicolon)));
    });
    this.CONSUME(EOF);
    return all;
  });

  readonly wholeSchema: Rule<SchemaNode> = this.RULE('wholeSchema', () => {
    const schema = this.SUBRULE(this.tableElements);
    this.CONSUME(EOF);
    return schema;
  });

  readonly statement: Rule<StatementNode> = this.RULE('statement', () => {
    return this.OR<Choices<StatementNode>>([
      {
        ALT: () => {
          const query = this.SUBRULE(this.query);
          return this.ACTION((): StatementNode => ({ kind: 'query-statement', query, at: query.at }));
        },
      },
      { ALT: () => this.SUBRULE(this.insert) },
      { ALT: () => this.SUBRULE(this.statementSet) },
      { ALT: () => this.SUBRULE(this.createTable) },
      { ALT: () => this.SUBRULE(this.createView) },
      { ALT: () => this.SUBRULE(this.drop) },
      { ALT: () => this.SUBRULE(this.explain) },
      { ALT: () => this.SUBRULE(this.look) },
      { ALT: () => this.SUBRULE(this.setting) },
    ]);
  });

  readonly insert: Rule<InsertNode> = this.RULE('insert', () => {
    const start = this.CONSUME(k('INSERT'));
    this.OR([{ ALT: () => this.CONSUME(k('INTO')) }, { ALT: () => this.CONSUME(k('OVERWRITE')) }]);
    const table = this.SUBRULE(this.path);
    const columns =
      this.OPTION({
        GATE: () => !this.queryAhead(),
        DEF: () => this.SUBRULE(this.columnAliases),
      }) ?? [];
    const query = this.SUBRULE(this.query);
    return this.ACTION((): InsertNode => ({
      kind: 'insert',
      table,
      columns,
      query,
      at: this.rangeFrom(start),
    }));
  });

  readonly statementSet: Rule<StatementNode> = this.RULE('statementSet', () => {
    const start = this.CONSUME(k('EXECUTE'));
    this.CONSUME(k('STATEMENT'));
    this.CONSUME(k('SET'));
    const inserts = this.SUBRULE(this.insertBlock);
    return this.ACTION((): StatementNode => ({ kind: 'statement-set', inserts, at: this.rangeFrom(start) }));
  });

  readonly insertBlock: Rule<InsertNode[]> = this.RULE('insertBlock', () => {
    const inserts: InsertNode[] = [];
    this.CONSUME(k('BEGIN'));
    this.AT_LEAST_ONE(() => {
      inserts.push(this.SUBRULE(this.insert));
      this.CONSUME(Semicolon);
    });
    this.CONSUME(k('END'));
    return inserts;
  });

  readonly createTable: Rule<StatementNode> = this.RULE('createTable', () => {
    const start = this.CONSUME(k('CREATE'));
    const temporary = this.OPTION(() => this.CONSUME(k('TEMPORARY'))) !== undefined;
    this.CONSUME(k('TABLE'));
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.path);
    this.CONSUME(LeftParen);
    const schema = this.SUBRULE(this.tableElements);
    this.CONSUME(RightParen);
    this.OPTION1(() => {
      this.CONSUME(k('COMMENT'));
      this.SUBRULE(this.text);
    });
    const options =
      this.OPTION2(() => {
        this.CONSUME(k('WITH'));
        return this.SUBRULE(this.tableOptions);
      }) ?? new Map();
    return this.ACTION((): StatementNode => ({
      kind: 'create-table', name, temporary, ifNotExists, schema, options, at: this.rangeFrom(start),
    })); // prettier-ignore
  });

  readonly ifNotExists: Rule<boolean> = this.RULE('ifNotExists', () => {
    let given = false;
    this.OPTION(() => {
      this.CONSUME(k('IF'));
      this.CONSUME(k('NOT'));
      this.CONSUME(k('EXISTS'));
      given = true;
    });
    return given;
  });

  readonly tableOptions: Rule<ReadonlyMap<string, string>> = this.RULE('tableOptions', () => {
    const options = new Map<string, string>();
    this.CONSUME(LeftParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const key = this.CONSUME(StringLiteral);
        this.CONSUME(Equal);
        const value = this.CONSUME1(StringLiteral);
        this.ACTION(() => options.set(textOf(key), textOf(value)));
      },
    });
    this.CONSUME(RightParen);
    return options;
  });

  readonly tableElements: Rule<SchemaNode> = this.RULE('tableElements', () => {
    const elements: TableElement[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => elements.push(this.SUBRULE(this.tableElement)) });
    return this.ACTION((): SchemaNode => ({
      columns: elements.flatMap((element) => ('column' in element ? [element.column] : [])),
      watermark: elements.flatMap((element) => ('watermark' in element ? [element.watermark] : []))[0],
      primaryKey: elements.flatMap((element) => ('key' in element ? element.key : [])),
    }));
  });

  readonly tableElement: Rule<TableElement> = this.RULE('tableElement', () => {
    return this.OR<Choices<TableElement>>([
      {
        ALT: () => {
          const start = this.CONSUME(k('WATERMARK'));
          this.CONSUME(k('FOR'));
          const column = this.SUBRULE(this.identifier);
          this.CONSUME(k('AS'));
          const expression = this.SUBRULE(this.expression);
          return this.ACTION(() => ({ watermark: { column, expression, at: this.rangeFrom(start) } }));
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.CONSUME(k('CONSTRAINT'));
            this.SUBRULE1(this.identifier);
          });
          this.CONSUME(k('PRIMARY'));
          this.CONSUME(k('KEY'));
          const key = this.SUBRULE(this.columnAliases);
          this.SUBRULE(this.notEnforced);
          return { key };
        },
      },
      { ALT: () => ({ column: this.SUBRULE(this.column) }) },
    ]);
  });

  readonly notEnforced: Rule<void> = this.RULE('notEnforced', () => {
    this.OPTION(() => {
      this.CONSUME(k('NOT'));
      this.CONSUME(k('ENFORCED'));
    });
  });

  readonly column: Rule<ColumnNode> = this.RULE('column', () => {
    const name = this.SUBRULE(this.identifier);
    const rest = this.OR<Choices<Omit<ColumnNode, 'name' | 'at'>>>([
      {
        ALT: () => {
          this.CONSUME(k('AS'));
          const expression = this.SUBRULE(this.expression);
          return { type: undefined, expression, metadata: undefined, notNull: false };
        },
      },
      {
        ALT: () => {
          const type = this.SUBRULE(this.type);
          const metadata = this.OPTION(() => {
            this.CONSUME(k('METADATA'));
            const key = this.OPTION1(() => {
              this.CONSUME(k('FROM'));
              return this.SUBRULE(this.text);
            });
            const virtual = this.OPTION2(() => this.CONSUME(k('VIRTUAL'))) !== undefined;
            return this.ACTION(() => ({ key: key ?? name.name, virtual }));
          });
          return { type, expression: undefined, metadata, notNull: false };
        },
      },
    ]);
    this.OPTION3(() => {
      this.CONSUME(k('COMMENT'));
      this.SUBRULE1(this.text);
    });
    return this.ACTION((): ColumnNode => ({ name, ...rest, at: this.rangeFrom(name.at) }));
  });

  readonly createView: Rule<StatementNode> = this.RULE('createView', () => {
    const start = this.CONSUME(k('CREATE'));
    const replace = this.OPTION(() => {
      this.CONSUME(k('OR'));
      this.CONSUME(k('REPLACE'));
      return true;
    });
    const temporary = this.OPTION1(() => this.CONSUME(k('TEMPORARY'))) !== undefined;
    this.CONSUME(k('VIEW'));
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.path);
    const columns = this.OPTION2(() => this.SUBRULE(this.columnAliases)) ?? [];
    this.CONSUME(k('AS'));
    const query: QueryNode = this.SUBRULE(this.query);
    return this.ACTION((): StatementNode => ({
      kind: 'create-view', name, temporary, replace: replace ?? false, ifNotExists, columns, query, at: this.rangeFrom(start),
    })); // prettier-ignore
  });

  readonly drop: Rule<StatementNode> = this.RULE('drop', () => {
    const start = this.CONSUME(k('DROP'));
    this.OPTION(() => this.CONSUME(k('TEMPORARY')));
    const what = this.OR([
      { ALT: () => (this.CONSUME(k('TABLE')), 'TABLE' as const) },
      { ALT: () => (this.CONSUME(k('VIEW')), 'VIEW' as const) },
    ]);
    const ifExists = this.OPTION1(() => {
      this.CONSUME(k('IF'));
      this.CONSUME(k('EXISTS'));
      return true;
    });
    const name = this.SUBRULE(this.path);
    return this.ACTION((): StatementNode => ({
      kind: 'drop',
      what,
      name,
      ifExists: ifExists ?? false,
      at: this.rangeFrom(start),
    }));
  });

  readonly explain: Rule<StatementNode> = this.RULE('explain', () => {
    const start = this.CONSUME(k('EXPLAIN'));
    const details: string[] = [];
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(k('PLAN'));
            this.CONSUME(k('FOR'));
          },
        },
        {
          ALT: () =>
            this.AT_LEAST_ONE_SEP({
              SEP: Comma,
              DEF: () => {
                const detail = this.OR1(
                  ['CHANGELOG_MODE', 'ESTIMATED_COST', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'].map((word) => ({
                    ALT: () => this.CONSUME(k(word)),
                  })),
                );
                this.ACTION(() => details.push(detail.image.toUpperCase()));
              },
            }),
        },
      ]),
    );
    const statement = this.OR2<Choices<StatementNode>>([
      {
        ALT: () => {
          const query = this.SUBRULE(this.query);
          return this.ACTION((): StatementNode => ({ kind: 'query-statement', query, at: query.at }));
        },
      },
      { ALT: () => this.SUBRULE(this.insert) },
      {
        ALT: () => {
          const word = this.CONSUME(k('STATEMENT'));
          this.CONSUME(k('SET'));
          const inserts = this.SUBRULE(this.insertBlock);
          return this.ACTION((): StatementNode => ({
            kind: 'statement-set',
            inserts,
            at: this.rangeFrom(word),
          }));
        },
      },
    ]);
    return this.ACTION((): StatementNode => ({
      kind: 'explain',
      details,
      statement,
      at: this.rangeFrom(start),
    }));
  });

  readonly look: Rule<StatementNode> = this.RULE('look', () => {
    const start = this.LA(1);
    return this.OR<Choices<StatementNode>>([
      {
        ALT: () => {
          this.CONSUME(k('SHOW'));
          const what = this.OR1([
            { ALT: () => (this.CONSUME(k('TABLES')), 'TABLES' as const) },
            { ALT: () => (this.CONSUME(k('VIEWS')), 'VIEWS' as const) },
            { ALT: () => (this.CONSUME(k('FUNCTIONS')), 'FUNCTIONS' as const) },
          ]);
          return this.ACTION((): StatementNode => ({ kind: 'show', what, at: this.rangeFrom(start) }));
        },
      },
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(k('DESCRIBE')) }, { ALT: () => this.CONSUME(k('DESC')) }]);
          const name = this.SUBRULE(this.path);
          return this.ACTION((): StatementNode => ({ kind: 'describe', name, at: this.rangeFrom(start) }));
        },
      },
    ]);
  });

  readonly setting: Rule<StatementNode> = this.RULE('setting', () => {
    const start = this.LA(1);
    return this.OR<Choices<StatementNode>>([
      {
        ALT: () => {
          this.CONSUME(k('SET'));
          const pair = this.OPTION(() => {
            const key = this.SUBRULE(this.text);
            this.CONSUME(Equal);
            return { key, value: this.SUBRULE1(this.text) };
          });
          return this.ACTION((): StatementNode => ({
            kind: 'set',
            key: pair?.key,
            value: pair?.value,
            at: this.rangeFrom(start),
          }));
        },
      },
      {
        ALT: () => {
          this.CONSUME(k('RESET'));
          const key = this.OPTION1(() => this.SUBRULE2(this.text));
          return this.ACTION((): StatementNode => ({ kind: 'reset', key, at: this.rangeFrom(start) }));
        },
      },
    ]);
  });
}
