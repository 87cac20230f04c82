import type { View, ViewOptions } from '../../engine/view.ts';
import type { Relation } from '../../table/plan/relation.ts';
import { showType } from '../../table/types/logical-type.ts';
import type { TableEnvironment } from './table-environment.ts';

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
   * How it will run: the plan with the kinds of changes that each part lets out, and what it keeps.
   * @example
   * env.createTemporaryView('orders', env.fromDataStream(orders, { columns: { user: 'STRING', amount: 'INT' } }));
   * env.sqlQuery('SELECT amount FROM orders').explain().includes('TableScan(table=[orders], fields=[amount])'); // → true
   */
  explain(): string {
    return this.environment.explain(this.relation);
  }

  /**
   * Makes a live view of it: rows that are added where it only grows, else rows that change.
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
