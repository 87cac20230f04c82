import { toMillis, type DurationLike } from '../../time/duration.ts';
import type { MissingColumn } from './expression/missing-column.ts';

/** A window for `Table.window`: its function, its time column and its name. */
export class GroupWindow<On extends string = string, Name extends string = string> {
  /** What `w.start`, `w.end` and `w.rowtime` are called by. @internal */
  readonly name: Name;
  /** The column that has the event time. @internal */
  readonly column: On;
  /** The window function's name in SQL. @internal */
  readonly kind: string;
  /** How long its windows are, as SQL has it. @internal */
  readonly sizes: readonly string[];

  /** Made by `Tumble`, `Slide` and `Cumulate`. @internal */
  constructor(kind: string, sizes: readonly string[], column: On, name: Name) {
    this.kind = kind;
    this.sizes = sizes;
    this.column = column;
    this.name = name;
  }
}

/** A window on rows `T`, or what is wrong with the column that it takes time from. */
export type WindowOf<T, On extends string, Name extends string> = string extends keyof T
  ? GroupWindow<On, Name>
  : string extends On
    ? GroupWindow<On, Name>
    : On extends keyof T
      ? unknown extends T[On]
        ? GroupWindow<On, Name>
        : NonNullable<T[On]> extends number
          ? GroupWindow<On, Name>
          : NoInfer<`'${On}' is no column of a time`>
      : NoInfer<MissingColumn<T, On>>;

function interval(duration: DurationLike): string {
  return `INTERVAL '${toMillis(duration) / 1000}' SECOND`;
}

function windowOf(kind: string, sizes: readonly DurationLike[]) {
  return {
    /** The column that has the event time. */
    on: <const On extends string>(column: On) => ({
      /** What the window is called in `groupBy` and `select`. */
      as: <const Name extends string>(name: Name): GroupWindow<On, Name> =>
        new GroupWindow(kind, sizes.map(interval), column, name),
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
