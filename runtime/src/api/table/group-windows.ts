import { toMillis, type DurationLike } from '../../time/duration.ts';

/** A window for `Table.window`: its function, its time column and its name. */
export class GroupWindow {
  /** What `w.start`, `w.end` and `w.rowtime` are called by. @internal */
  readonly name: string;
  /** The window function of a table of that name. @internal */
  readonly tableOf: (table: string) => string;

  /** Made by `Tumble`, `Slide`, `Cumulate` and `Session`. @internal */
  constructor(name: string, tableOf: (table: string) => string) {
    this.name = name;
    this.tableOf = tableOf;
  }
}

function interval(duration: DurationLike): string {
  return `INTERVAL '${toMillis(duration) / 1000}' SECOND`;
}

function windowOf(kind: string, sizes: readonly DurationLike[]) {
  return {
    /** The column that has the event time. */
    on: (column: string) => ({
      /** What the window is called in `groupBy` and `select`. */
      as: (name: string): GroupWindow =>
        new GroupWindow(
          name,
          (table) =>
            `TABLE(${kind}(TABLE ${table}, DESCRIPTOR(\`${column}\`), ${sizes.map(interval).join(', ')}))`,
        ),
    }),
  };
}

/**
 * Windows that follow each other.
 * @example
 * Tumble.over('10 s').on('ts').as('w');
 */
export const Tumble = {
  /** Windows of that length. */
  over: (size: DurationLike) => windowOf('TUMBLE', [size]),
};

/**
 * Windows that overlap.
 * @example
 * Slide.over('10 s').every('5 s').on('ts').as('w');
 */
export const Slide = {
  /** Windows of that length. */
  over: (size: DurationLike) => ({
    /** One begins after each such time; the length is a multiple of it. */
    every: (slide: DurationLike) => windowOf('HOP', [slide, size]),
  }),
};

/**
 * Windows that grow step by step up to their length.
 * @example
 * Cumulate.over('1 h').step('5 min').on('ts').as('w');
 */
export const Cumulate = {
  /** Windows of that length. */
  over: (size: DurationLike) => ({
    /** How much they grow at once; the length is a multiple of it. */
    step: (step: DurationLike) => windowOf('CUMULATE', [step, size]),
  }),
};
