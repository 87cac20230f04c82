import type { LabelPlace, Labels } from 'tidemark';
import { rowField, type RowLabel, type ViewDescription, type ViewRow } from '../../protocol/index.ts';

/** What was said of the rows of one view: a row's label is its field `_label`. */
export class RowLabels {
  readonly #labels: Labels;
  readonly #kind: ViewDescription['kind'];

  constructor(labels: Labels, kind: ViewDescription['kind']) {
    this.#labels = labels;
    this.#kind = kind;
  }

  /** The row with its label; the very same row if it has the right one. */
  dress(row: ViewRow): ViewRow {
    const label = this.#labels.at(this.#placeOf(row));
    if (label === row._label) return row;
    const { _label: _, ...bare } = row;
    return label === undefined ? (bare as ViewRow) : { ...bare, _id: row._id, _label: label };
  }

  /** @throws {TidemarkError} `bad-argument` for a row that has no event time, or a key that is no text, number or boolean */
  mark(row: ViewRow, label: RowLabel | undefined): Promise<void> {
    return this.#labels.mark(this.#placeOf(row), label);
  }

  /** As the row says; `mark` refuses what is no place, and nothing was ever said there. */
  #placeOf(row: ViewRow): LabelPlace {
    const place =
      this.#kind === 'windows'
        ? { key: row.key, start: row.start, end: row.end }
        : { key: row[rowField(this.#labels.field)], start: row._time, end: row._time };
    return place as LabelPlace;
  }
}
