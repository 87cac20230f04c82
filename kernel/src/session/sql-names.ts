import type { SessionEnvironment } from 'tidemark/session';
import type { DescribedCatalog, DescribedTable } from 'tidemark/sql';

/** Tells the kernel what SQL can name: the tables of the environment, and the streams and tables that variables hold. */
export class SqlNames {
  readonly #env: SessionEnvironment;
  readonly #valueOf: (variable: string) => unknown;
  readonly #post: (catalog: DescribedCatalog) => void;
  readonly #variables = new Map<string, DescribedTable>();
  #posted = JSON.stringify({ tables: [], functions: [] });

  constructor(
    env: SessionEnvironment,
    valueOf: (variable: string) => unknown,
    post: (catalog: DescribedCatalog) => void,
  ) {
    this.#env = env;
    this.#valueOf = valueOf;
    this.#post = post;
  }

  /** A cell has ended. @param touched variables that it may have set */
  cellEnded(touched: ReadonlySet<string>): void {
    for (const name of touched) {
      const table = this.#env.describeVariable(name, this.#valueOf(name));
      if (table === undefined) this.#variables.delete(name);
      else this.#variables.set(name, table);
    }
    const catalog = this.#env.describeCatalog([...this.#variables.values()]);
    const text = JSON.stringify(catalog);
    if (text === this.#posted) return;
    this.#posted = text;
    this.#post(catalog);
  }
}
