import type { JobClient } from '../job-client.ts';
import type { Table } from './table.ts';

/**
 * What a statement gave: rows of SHOW, DESCRIBE and EXPLAIN at once, a table of a query, a job of INSERT.
 * @example
 * env.executeSql('CREATE TEMPORARY VIEW two AS SELECT 2 AS n');
 * env.executeSql('SHOW TABLES').rows; // → [{ name: 'two' }]
 */
export class TableResult {
  /** Rows that are there at once; none of a query or an INSERT. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Of a query: its table. */
  readonly table: Table | undefined;
  /** The statement, on one line. */
  readonly statement: string;
  /** Of INSERT and EXECUTE STATEMENT SET: the job, once it has started. */
  readonly job: Promise<JobClient> | undefined;
  /** The name of that job. */
  readonly jobName: string | undefined;

  /** Made by `executeSql`. @internal */
  constructor(given: Partial<Pick<TableResult, 'rows' | 'table' | 'job' | 'jobName' | 'statement'>> = {}) {
    this.rows = given.rows ?? [];
    this.table = given.table;
    this.job = given.job;
    this.jobName = given.jobName;
    this.statement = (given.statement ?? '').replaceAll(/\s+/g, ' ').trim();
  }
}
