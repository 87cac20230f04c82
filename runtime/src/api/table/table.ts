import type { View, ViewOptions } from '../../engine/view.ts';
import { NOWHERE } from '../../table/parse/position.ts';
import { renamed } from '../../table/plan/query-binder.ts';
import type { Relation } from '../../table/plan/relation.ts';
import { renameDuplicates } from '../../table/plan/rename-duplicates.ts';
import { showType } from '../../table/types/logical-type.ts';
import type { DataStream } from '../data-stream.ts';
import type { ConditionOf, ExpressionOf, SelectedRow, SelectItems } from './selected-row.ts';
import type { GroupWindow, WindowOf } from './group-windows.ts';
import { quoted } from './schema.ts';
import { GroupedTable, WindowedTable } from './grouped-table.ts';
import type { JoinColumns, JoinedRow, OuterRow } from './joined-row.ts';
import { MethodQuery } from './method-query.ts';
import type { TableEnvironment } from './table-environment.ts';

const query = MethodQuery.of;

/** A column of a table. */
export interface TableColumn {
  /** Its name. */
  readonly name: string;
  /** Its SQL type, as Flink writes it. */
  readonly type: string;
  /** Set if operators may take time from it. */
  readonly time?: 'rowtime' | 'proctime';
}

/**
 * What a query computes: a description, which runs when it is made a stream, shown or inserted somewhere.
 * @example
 * env.createTemporaryView('orders', env.fromDataStream(orders, { columns: { user: 'STRING', amount: 'INT' } }));
 * const totals = env.sqlQuery('SELECT user, SUM(amount) AS total FROM orders GROUP BY user');
 * totals.columns; // → [{ name: 'user', type: 'STRING' }, { name: 'total', type: 'INT' }]
 */
export class Table<T = Record<string, unknown>> {
  /** Its plan. @internal */
  readonly relation: Relation;
  /** The environment that it belongs to. @internal */
  readonly environment: TableEnvironment;
  declare readonly rowType?: T;

  /** Made by environments. @internal */
  constructor(environment: TableEnvironment, relation: Relation) {
    this.environment = environment;
    this.relation = relation;
  }

  /** Its columns in order. */
  get columns(): readonly TableColumn[] {
    return this.relation.columns.map(({ name, type, time }) => ({
      name,
      type: showType(type),
      ...(time === undefined ? {} : { time }),
    }));
  }

  /**
   * Columns computed of its own, written as in SELECT.
   * @throws {TidemarkError} as `env.sqlQuery`
   * @example
   * const table = env.fromDataStream(orders, 'user STRING, amount INT').select('user', 'amount * 2 AS double');
   * table.columns.map(({ name }) => name); // → ['user', 'double']
   */
  select<const E extends readonly string[], R = T>(
    ...expressions: SelectItems<NoInfer<R>, E>
  ): Table<SelectedRow<NoInfer<R>, E>> {
    return this.#query<SelectedRow<NoInfer<R>, E>>(query`SELECT ${expressions}\nFROM $self`);
  }

  /**
   * Only the rows for which a condition is true, written as in WHERE.
   * @throws {TidemarkError} as `env.sqlQuery`
   * @example
   * const large = env.fromDataStream(orders, 'user STRING, amount INT').where('amount > 4');
   * await env.toDataStream(large).executeAndCollect(); // → [{ user: 'bob', amount: 5 }]
   */
  where<const E extends string, R = T>(condition: ConditionOf<NoInfer<R>, E>): Table<T> {
    return this.#query<T>(query`SELECT * FROM $self WHERE ${condition}`);
  }

  /** `where` under its other name. */
  filter<const E extends string, R = T>(condition: ConditionOf<NoInfer<R>, E>): Table<T> {
    return this.where<E, R>(condition);
  }

  /**
   * Groups its rows; `select` says what is computed of each group.
   * @example
   * const counts = env.fromDataStream(orders, 'user STRING, amount INT').groupBy('user').select('user', 'COUNT(*) AS n');
   * counts.columns; // → [{ name: 'user', type: 'STRING' }, { name: 'n', type: 'BIGINT' }]
   */
  groupBy<const E extends readonly string[], R = T>(
    ...keys: SelectItems<NoInfer<R>, E>
  ): GroupedTable<NoInfer<R>> {
    return new GroupedTable((expressions) =>
      this.#query(query`SELECT ${expressions}\nFROM $self GROUP BY ${keys}`),
    );
  }

  /**
   * Puts its rows into windows; `groupBy` then names the window and other keys. In `select`, `w.start`, `w.end` and `w.rowtime` are
   * those of a window called w.
   * @throws {TidemarkError} `missing-watermark` for a column that has no event time
   * @example
   * const timed = env.fromDataStream(orders, `user STRING, amount INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
   *   WATERMARK FOR ts AS SOURCE_WATERMARK()`);
   * const sums = timed
   *   .window(Tumble.over('10 s').on('ts').as('w'))
   *   .groupBy('w', 'user')
   *   .select('user', 'w.start AS start', 'SUM(amount) AS total');
   * (await env.toDataStream(sums).executeAndCollect()).length; // → 3
   */
  window<const On extends string, const Name extends string, R = T>(
    of: WindowOf<NoInfer<R>, On, Name>,
  ): WindowedTable<NoInfer<R>, Name> {
    const window = of as GroupWindow<On, Name>;
    const named = (text: string) =>
      text.replaceAll(new RegExp(`\\b${window.name}\\.(start|end|rowtime)\\b`, 'g'), (_, part: string) =>
        part === 'rowtime' ? 'window_time' : `window_${part}`,
      );
    return new WindowedTable<NoInfer<R>, Name>((keys) => {
      const others = keys.filter((key) => key !== window.name);
      const all = ['window_start', 'window_end', 'window_time', ...others];
      return new GroupedTable((expressions) =>
        this.#query(
          query`SELECT ${expressions.map(named)}\nFROM TABLE(${window.kind}(TABLE $self, DESCRIPTOR(${quoted(window.column)}), ${window.sizes})) GROUP BY ${all}`,
        ),
      );
    });
  }

  /**
   * An inner join with another table, on a condition in which the tables are called `a` and `b`. Of two columns of one name the other
   * table's gets a `0` behind it.
   * @example
   * const users = env.fromDataStream(orders, 'user STRING, amount INT');
   * const paid = env.fromDataStream(payments, 'user STRING, paid INT');
   * users.join(paid, 'a.user = b.user').columns.map(({ name }) => name); // → ['user', 'amount', 'user0', 'paid']
   */
  join<U, const E extends string, R = T>(
    other: Table<U>,
    on: ConditionOf<JoinColumns<NoInfer<R>, NoInfer<U>>, E>,
  ): Table<JoinedRow<NoInfer<R>, NoInfer<U>>> {
    return this.#join<JoinedRow<NoInfer<R>, NoInfer<U>>>('JOIN', other, on);
  }

  /** A join that keeps its own rows, with NULLs where no other fits. */
  leftOuterJoin<U, const E extends string, R = T>(
    other: Table<U>,
    on: ConditionOf<JoinColumns<NoInfer<R>, NoInfer<U>>, E>,
  ): Table<JoinedRow<NoInfer<R>, OuterRow<NoInfer<U>>>> {
    return this.#join<JoinedRow<NoInfer<R>, OuterRow<NoInfer<U>>>>('LEFT JOIN', other, on);
  }

  /** All rows of both, equal ones too. */
  unionAll(other: Table<never> | Table): Table<T> {
    return this.#query<T>(query`SELECT * FROM $self UNION ALL SELECT * FROM $other`, other);
  }

  /** Each of its rows once. */
  distinct(): Table<T> {
    return this.#query<T>(query`SELECT DISTINCT * FROM $self`);
  }

  /**
   * The first rows of an order, written as in ORDER BY.
   * @example
   * const most = env.fromDataStream(orders, 'user STRING, amount INT').top(1, 'amount DESC');
   * (await env.toChangelogStream(most).executeAndCollect()).at(-1)?.row.user; // → 'bob'
   */
  top<const E extends string, R = T>(count: number, order: ExpressionOf<NoInfer<R>, E>): Table<T> {
    return this.#query<T>(query`SELECT * FROM $self ORDER BY ${order}\nLIMIT ${String(count)}`);
  }

  #join<R>(kind: string, other: object, on: string): Table<R> {
    const { relation } = this.#query(
      query`SELECT * FROM $self AS a ${kind} $other AS b ON ${on}`,
      other as Table,
    );
    const names = relation.columns.map(({ name }) => name);
    const unique = renameDuplicates(names);
    const isUnique = unique.every((name, at) => name === names[at]);
    return new Table<R>(this.environment, isUnique ? relation : renamed(relation, unique, NOWHERE));
  }

  #query<R = Record<string, unknown>>(of: MethodQuery, other?: Table<never> | Table): Table<R> {
    try {
      return this.environment.derive<R>(of.text, {
        $self: this as unknown as Table,
        ...(other === undefined ? {} : { $other: other }),
      });
    } catch (error) {
      throw of.placed(error);
    }
  }

  /**
   * `env.toDataStream` of it: its rows as they are added.
   * @throws {TidemarkError} `not-on-changelog` if its rows change
   * @example
   * const large = env.fromDataStream(orders, { columns: { user: 'STRING', amount: 'INT' } }).where('amount > 4');
   * await large.toDataStream().map(({ user }) => user).executeAndCollect(); // → ['bob']
   */
  toDataStream(): DataStream<T> {
    return this.environment.toDataStream(this);
  }

  /**
   * How it will run: the plan with the kinds of changes that each part lets out, and what it keeps.
   * @example
   * env.createTemporaryView('orders', env.fromDataStream(orders, { columns: { user: 'STRING', amount: 'INT' } }));
   * env.sqlQuery('SELECT amount FROM orders').explain().includes('TableScan(table=[orders], fields=[amount])'); // → true
   */
  explain(): string {
    return this.environment.explain(this.relation);
  }

  /**
   * Makes a live view of it: numbers of windows are a chart, with a series a key; a table that changes is its rows, each replaced by key
   * or taken away; any other is rows that are added. `{ mode: 'append' }` lists the changes of one that changes, and what each does (`op`).
   * @example
   * const table = env.fromDataStream(env.fromData({ n: 1 }), { columns: { n: 'INT' } });
   * const view = table.show({ title: 'numbers' });
   * const first = view.take(1);
   * await env.execute();
   * await first; // → [{ n: 1 }]
   */
  show(options: ViewOptions = {}): View<T> {
    return this.environment.show(this, options) as View<T>;
  }
}
