import { badArgument } from '../errors.ts';
import { canonical } from '../graph/fingerprint.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';

/** What a user has said of a row. */
export type LabelVerdict = 'anomaly' | 'false alarm';
const LABEL_VERDICTS: readonly LabelVerdict[] = ['anomaly', 'false alarm'];

/** What tells a series from others; `undefined` where there is but one. */
export type LabelKey = string | number | boolean | undefined;

/** The place that a label stands at. */
export interface LabelPlace {
  /** Of the series. */
  readonly key?: LabelKey;
  /** Event time in epoch ms: of a record, or the start of a window. */
  readonly start: number;
  /** Of a window its end, exclusive as windows are; of a record the same as `start`. */
  readonly end: number;
}

/** A label as it is kept. */
export interface Label extends LabelPlace {
  /** What was said. */
  readonly verdict: LabelVerdict;
}

/** Options of `env.labels`. */
export interface LabelsOptions {
  /** The field in which rows say of which series they are; `'key'` when left out, as `detect` and windows name it. */
  readonly key?: string;
  /** How long before a confirmed anomaly its window begins; 0 when left out. */
  readonly before?: DurationLike;
  /** How long after a confirmed anomaly its window ends; 0 when left out. */
  readonly after?: DurationLike;
}

/** A span in which there is a confirmed anomaly, both times included; what `evaluate` takes. */
export interface LabelledWindow {
  /** Of the series. */
  readonly key?: LabelKey;
  /** Its first time, in epoch ms. */
  readonly start: number;
  /** Its last time, in epoch ms. */
  readonly end: number;
}

/** Labels of one name as JSON; a file of it is what `tidemark run --labels` takes. */
export interface LabelsJson {
  /** The name that `env.labels` was given. */
  readonly name: string;
  /** What was said, in the order of keys and times. */
  readonly labels: readonly Label[];
}

/** What labels need of the session that keeps them. @internal */
export interface LabelsHost {
  /** Resolves when what was said would outlive a power cut. */
  save(id: string, label: (Label & { readonly of: string }) | undefined): Promise<void>;
  /** Views of these labels are to be drawn anew. */
  changed(of: string): void;
}

/** Labels of one name, kept with the session. Iterating gives the windows of confirmed anomalies, as `evaluate` takes them. */
export class Labels implements Iterable<LabelledWindow> {
  /** Tells them from others of the session. */
  readonly name: string;
  readonly #kept: Map<string, Label>;
  readonly #mark: (place: LabelPlace, verdict: LabelVerdict | undefined) => Promise<void>;
  #options: LabelsOptions = {};

  /** Made by `env.labels`. @internal */
  constructor(
    name: string,
    kept: Map<string, Label>,
    mark: (place: LabelPlace, verdict: LabelVerdict | undefined) => Promise<void>,
  ) {
    this.name = name;
    this.#kept = kept;
    this.#mark = mark;
  }

  /** The field in which rows say of which series they are. */
  get field(): string {
    return this.#options.key ?? 'key';
  }

  /** The cell that declares them has run again. @internal */
  configure(options: LabelsOptions): void {
    this.#options = options;
  }

  /**
   * Says something of a place, as a click in a view does; resolves when it is on disk.
   * @param verdict `undefined` takes back what was said
   * @throws {TidemarkError} `bad-argument` for a key that is neither text, number nor boolean, a time that is none, or another verdict
   */
  mark(place: LabelPlace, verdict: LabelVerdict | undefined): Promise<void> {
    return this.#mark(place, verdict);
  }

  /** What was said of a place. */
  at(place: LabelPlace): LabelVerdict | undefined {
    return this.#kept.get(placeId(place))?.verdict;
  }

  /** Every label, in the order of keys and times. */
  all(): Label[] {
    return [...this.#kept.values()].sort(inOrder);
  }

  /** Places that were said to be no anomalies. */
  falseAlarms(): Label[] {
    return this.all().filter(({ verdict }) => verdict === 'false alarm');
  }

  /** What `JSON.stringify(labels)` writes: a job that is given a file of it begins with these labels. */
  toJSON(): LabelsJson {
    return { name: this.name, labels: this.all() };
  }

  /** Windows of confirmed anomalies, `before` and `after` included; those of a series that touch are one. */
  *[Symbol.iterator](): Iterator<LabelledWindow> {
    const before = toMillis(this.#options.before ?? 0);
    const after = toMillis(this.#options.after ?? 0);
    let open: { key: LabelKey; start: number; end: number } | undefined;
    for (const { key, start, end, verdict } of this.all()) {
      if (verdict !== 'anomaly') continue;
      // The last ms of a window, whose end is no longer in it.
      const last = end > start ? end - 1 : end;
      const window = { key, start: start - before, end: last + after };
      if (open && open.key === key && window.start <= open.end) open.end = Math.max(open.end, window.end);
      else {
        if (open) yield open;
        open = window;
      }
    }
    if (open) yield open;
  }
}

/** All labels of a session. They are the user's word on the data: streams are rewound, labels are not. */
export class SessionLabels {
  readonly #host: LabelsHost;
  readonly #labels = new Map<string, { readonly labels: Labels; readonly kept: Map<string, Label> }>();

  constructor(host: LabelsHost) {
    this.#host = host;
  }

  /** Takes up what an earlier process has kept. */
  load(notes: readonly unknown[]): void {
    for (const note of notes) {
      if (isKept(note)) this.#of(note.of).kept.set(placeId(note), labelOf(note, note.verdict));
    }
  }

  /**
   * Takes labels over that were written as JSON, for this process alone.
   * @returns false, and takes nothing, if that is no JSON of labels
   */
  takeOver(written: unknown): boolean {
    const all: unknown[] = Array.isArray(written) ? written : [written];
    if (!all.every(isLabelsJson)) return false;
    this.load(all.flatMap(({ name, labels }) => labels.map((label) => ({ of: name, ...label }))));
    return true;
  }

  /** Declares labels, or finds them again. */
  declare(name: string, options: LabelsOptions): Labels {
    // A duration that is none is refused here, not where it is used.
    for (const margin of [options.before, options.after]) if (margin !== undefined) toMillis(margin);
    const { labels } = this.#of(name);
    labels.configure(options);
    return labels;
  }

  #of(name: string): { readonly labels: Labels; readonly kept: Map<string, Label> } {
    let known = this.#labels.get(name);
    if (!known) {
      const kept = new Map<string, Label>();
      const labels = new Labels(name, kept, (place, verdict) => this.#mark(name, kept, place, verdict));
      this.#labels.set(name, (known = { labels, kept }));
    }
    return known;
  }

  async #mark(
    of: string,
    kept: Map<string, Label>,
    place: LabelPlace,
    verdict: LabelVerdict | undefined,
  ): Promise<void> {
    check(place, verdict);
    const id = placeId(place);
    const label = verdict === undefined ? undefined : labelOf(place, verdict);
    // What is shown is on disk.
    await this.#host.save(`${canonical(of)} ${id}`, label && { of, ...label });
    if (label) kept.set(id, label);
    else kept.delete(id);
    this.#host.changed(of);
  }
}

function labelOf({ key, start, end }: LabelPlace, verdict: LabelVerdict): Label {
  return { ...(key === undefined ? {} : { key }), start, end, verdict };
}

function placeId({ key, start, end }: LabelPlace): string {
  return canonical([key, start, end]);
}

function inOrder(a: Label, b: Label): number {
  const [left, right] = [canonical(a.key), canonical(b.key)];
  if (left !== right) return left < right ? -1 : 1;
  return a.start - b.start || a.end - b.end;
}

/** True for a key that a label can be found by, in a row as well as in a record. @internal */
export function isLabelKey(key: unknown): key is LabelKey {
  return key === undefined || typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';
}

function check({ key, start, end }: LabelPlace, verdict: LabelVerdict | undefined): void {
  if (!isLabelKey(key))
    throw badArgument(
      'The key of a label',
      key,
      'It is neither a text, a number nor a boolean.',
      'Name a field of the rows that is: env.labels(name, { key }).',
    );
  if (!Number.isFinite(start) || !(end >= start) || end === Infinity)
    throw badArgument(
      'The place of a label',
      { start, end },
      'It is no span of time.',
      'Give the stream a watermark strategy, so that its rows have a time; in code, give { key, start, end } in epoch ms.',
    );
  if (verdict !== undefined && !LABEL_VERDICTS.includes(verdict))
    throw badArgument(
      'The verdict',
      verdict,
      `It is none of '${LABEL_VERDICTS.join("', '")}'.`,
      'Give one of these, or undefined to take it back.',
    );
}

function isKept(note: unknown): note is Label & { readonly of: string } {
  if (typeof note !== 'object' || note === null) return false;
  const { of, key, start, end, verdict } = note as Partial<Label & { of: string }>;
  return (
    typeof of === 'string' &&
    isLabelKey(key) &&
    typeof start === 'number' &&
    typeof end === 'number' &&
    LABEL_VERDICTS.some((one) => one === verdict)
  );
}

function isLabelsJson(value: unknown): value is LabelsJson {
  if (typeof value !== 'object' || value === null) return false;
  const { name, labels } = value as Partial<LabelsJson>;
  return (
    typeof name === 'string' &&
    Array.isArray(labels) &&
    labels.every((label: unknown) => isKept({ of: name, ...(label as object) }))
  );
}
