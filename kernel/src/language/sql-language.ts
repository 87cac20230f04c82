import type { DescribedCatalog, SqlAssist } from 'tidemark/sql';
import type { Completions } from './completion.ts';
import type { Inspection } from './inspection.ts';

/**
 * SQL of `%%sql` cells and templates, by what the session last said of its tables. Loaded when it is first asked or
 * after the first cell of SQL: that takes a quarter of a second, and memory, which notebooks without SQL do not spend.
 */
export class SqlLanguage {
  #assist: Promise<SqlAssist> | undefined;
  #catalog: DescribedCatalog = { tables: [], functions: [] };

  async update(catalog: DescribedCatalog): Promise<void> {
    this.#catalog = catalog;
    (await this.#assist)?.update(catalog);
  }

  async complete(text: string, cursor: number): Promise<Completions> {
    const { items, start, end } = (await this.load()).complete(text, cursor);
    return { matches: items.map((item) => item.text), start, end, types: items };
  }

  async inspect(text: string, cursor: number): Promise<Inspection> {
    const plain = (await this.load()).inspect(text, cursor);
    return plain === undefined
      ? { found: false, plain: '' }
      : { found: true, plain, markdown: `\`\`\`sql\n${plain}\n\`\`\`` };
  }

  load(): Promise<SqlAssist> {
    return (this.#assist ??= import('tidemark/sql').then(({ SqlAssist: Assist }) => {
      const assist = new Assist();
      assist.warm();
      assist.update(this.#catalog);
      return assist;
    }));
  }
}
