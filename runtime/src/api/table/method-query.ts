import { TidemarkError } from '../../errors.ts';

/** A query that a method of a table makes of the texts that it is given. */
export class MethodQuery {
  readonly text: string;
  /** Where in it those texts begin. */
  readonly #given: readonly { readonly start: number; readonly text: string }[];

  private constructor(text: string, given: readonly { readonly start: number; readonly text: string }[]) {
    this.text = text;
    this.#given = given;
  }

  /** A tag: what stands between the pieces are the user's texts, those of a list with commas between. */
  static of(pieces: TemplateStringsArray, ...values: readonly (string | readonly string[])[]): MethodQuery {
    const given: { start: number; text: string }[] = [];
    let text = pieces[0]!;
    values.forEach((value, at) => {
      [value].flat().forEach((one, index) => {
        // A comment ends with its line.
        if (index > 0) text += '\n, ';
        given.push({ start: text.length, text: one });
        text += one;
      });
      text += pieces[at + 1]!;
    });
    return new MethodQuery(text, given);
  }

  /** The error with its place in the user's text: where it is in the query says nothing to them. */
  placed(error: unknown): unknown {
    if (!(error instanceof TidemarkError) || typeof error.details['line'] !== 'number') return error;
    const { line, column, endLine, endColumn, ...details } = error.details as Readonly<
      Record<string, number>
    >;
    const where = ` (line ${line}, column ${column})`;
    const start = this.#offset(line!, column!);
    const found = this.#given.findLast((one) => one.start <= start && start <= one.start + one.text.length);
    const ended = found === undefined ? this.#endedBefore(start) : undefined;
    if (ended !== undefined && error.code === 'sql-syntax') {
      const message = `The text ends too early (column ${ended.length + 1} of ${JSON.stringify(ended)}).`;
      return withPlace(error, message, { ...details, expression: ended });
    }
    if (found === undefined) return withPlace(error, error.message.replace(where, ''), details);
    const from = placeIn(found.text, start - found.start);
    const end = placeIn(found.text, this.#offset(endLine!, endColumn!) - found.start);
    const place = found.text.includes('\n')
      ? `line ${from.line}, column ${from.column}`
      : `column ${from.column}`;
    return withPlace(error, error.message.replace(where, ` (${place} of ${JSON.stringify(found.text)})`), {
      ...details,
      expression: found.text,
      ...from,
      endLine: end.line,
      endColumn: end.column,
    });
  }

  /** The user's text behind which that place is, with nothing of SQL between. */
  #endedBefore(start: number): string | undefined {
    const last = this.#given.findLast((one) => one.start <= start);
    return last !== undefined && this.text.slice(last.start + last.text.length, start).trim() === ''
      ? last.text
      : undefined;
  }

  #offset(line: number, column: number): number {
    const lines = this.text.split('\n').slice(0, line - 1);
    return lines.reduce((offset, one) => offset + one.length + 1, column - 1);
  }
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

function withPlace(
  error: TidemarkError,
  message: string,
  details: Readonly<Record<string, unknown>>,
): TidemarkError {
  return new TidemarkError(error.code, message, { details, cause: error.cause });
}
