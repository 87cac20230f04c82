import { TidemarkError } from '../errors.ts';

const PREVIEW = 160;

/** A row as an error shows it: on one line, shortened. */
export function previewText(text: string): string {
  const line = text.replace(/\r?\n/g, '⏎');
  return line.length > PREVIEW ? `${line.slice(0, PREVIEW)}… (${line.length} characters)` : line;
}

export interface RowFailure {
  readonly format: string;
  readonly input: string;
  readonly line: number;
  readonly text: string;
  readonly reason: string;
  readonly cause?: unknown;
}

export function rowNotParsed(failure: RowFailure): TidemarkError {
  const { format, input, line, reason } = failure;
  const text = previewText(failure.text);
  return new TidemarkError(
    'row-not-parsed',
    `${input}, line ${line}: this row is not valid ${format}: ${reason}\n  ${text}\n` +
      "Correct the row, or read on without such rows and have them counted: { onError: 'skip' } in the format's options.",
    { details: { format, input, line, text, reason }, cause: failure.cause },
  );
}

export function documentNotParsed(failure: RowFailure): TidemarkError {
  const { format, input, line, reason } = failure;
  const text = previewText(failure.text);
  return new TidemarkError(
    'document-not-parsed',
    `${input}, line ${line}: this is not a ${format} document of records: ${reason}${text === '' ? '.' : `\n  ${text}`}\n` +
      "A document is one array of records, or an object that holds it: json({ at: 'features' }). " +
      'A file with one JSON value a line is read by jsonLines().',
    { details: { format, input, line, text, reason }, cause: failure.cause },
  );
}

export function csvHeaderInvalid(input: string, line: number, columns: readonly string[], reason: string) {
  return new TidemarkError(
    'csv-header-invalid',
    `${input}, line ${line}: the header of this CSV file cannot name columns: ${reason}. Found: ${previewText(columns.join(', '))}. ` +
      "Name the columns yourself with csv({ header: ['a', 'b'] }), or read rows as arrays with csv({ header: false }).",
    { details: { input, line, columns, reason } },
  );
}

export function formatOptionInvalid(
  format: string,
  option: string,
  value: unknown,
  rule: string,
): TidemarkError {
  return new TidemarkError(
    'format-option-invalid',
    `${format}(): ${option} ${rule}; it is ${JSON.stringify(value)}.`,
    {
      details: { format, option, value },
    },
  );
}
