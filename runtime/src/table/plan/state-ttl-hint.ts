import { toMillis, type DurationLike } from '../../time/duration.ts';
import type { Hint, TableNode } from '../parse/ast.ts';
import { badSql } from '../sql-errors.ts';

/** The hint `STATE_TTL('orders' = '1 d')` of one SELECT: how long the state of a table's rows is kept, by its name in FROM. */
export class StateTtlHint {
  readonly #hints: readonly Hint[];
  readonly #used = new Set<string>();

  constructor(hints: readonly Hint[]) {
    this.#hints = hints.filter(({ name }) => name === 'STATE_TTL');
  }

  /** In ms, 0 for ever; `undefined` if nothing is said of the table. @throws {TidemarkError} `bad-hint` for what is no length of time */
  of(table: TableNode): number | undefined {
    const name = nameIn(table);
    if (name === undefined) return undefined;
    for (const hint of this.#hints) {
      const value = hint.options.get(name);
      if (value === undefined) continue;
      this.#used.add(name);
      return millisOf(name, value, hint);
    }
    return undefined;
  }

  /** @throws {TidemarkError} `bad-hint` for a name that no table in FROM has */
  checkAll(): void {
    for (const hint of this.#hints) {
      for (const name of hint.options.keys()) {
        if (!this.#used.has(name))
          throw badSql(
            'bad-hint',
            `STATE_TTL is given for '${name}', which is no table of a join or of a GROUP BY of this SELECT.`,
            'Name the table, or its alias if it has one, as it stands in FROM.',
            hint.at,
          );
      }
    }
  }
}

function nameIn(table: TableNode): string | undefined {
  if (table.kind === 'table') return table.alias?.name ?? table.path.at(-1)!.name;
  return table.kind === 'join' ? undefined : table.alias?.name;
}

function millisOf(name: string, value: string, hint: Hint): number {
  // '0' is for ever, as it is of table.exec.state.ttl.
  if (value.trim() === '0') return 0;
  try {
    return toMillis(value.trim() as DurationLike);
  } catch {
    throw badSql(
      'bad-hint',
      `STATE_TTL for '${name}' is a length of time, and '${value}' is none.`,
      "Write it as '12 h' or '1 d'.",
      hint.at,
    );
  }
}
