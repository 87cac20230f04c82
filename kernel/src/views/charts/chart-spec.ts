import type { Json, JsonObject } from '../../protocol/index.ts';

/** A Vega-Lite spec, or a part of one. */
export type ChartSpec = JsonObject;

/** How windows lie in time: it decides how they are drawn. */
export type WindowLayout = 'tumbling' | 'sliding' | 'cumulating' | 'session';

/** What a chart of windows says beside their numbers. */
export interface WindowChartOptions {
  readonly valueTitle: string;
  /** Titles of the other numbers of a window, each of which has a panel of its own. */
  readonly more?: readonly string[];
  /** ms, where known. */
  readonly size?: number;
  /** ms, where known. */
  readonly slide?: number;
  /** True if windows close by the runtime's clock: then the watermark, in event time, is not on their axis. */
  readonly processingTime?: boolean;
  /** True if there is one series, of the whole stream: then no legend is needed. */
  readonly keyless?: boolean;
}

const SERIES_COLOURS = [
  '#4c78a8',
  '#e08a3c',
  '#5a9e6f',
  '#a4729f',
  '#5fa9b5',
  '#c7a83b',
  '#9c7660',
  '#8a8f98',
];

/** How many keys a chart tells apart; more are left out of it, with a note. */
export const MAX_SERIES = SERIES_COLOURS.length;
export const LATE_COLOUR = '#d9480f';
export const WATERMARK_COLOUR = '#d6467a';

const FONT = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** px, of a plot of one number. */
export const PLOT_HEIGHT = 220;

/**
 * The frame that all charts share. Text and lines are drawn in `currentColor`, so that a chart follows the page from a
 * light to a dark theme without being built again; a saved picture gets fixed colours (`inkedSpec`).
 */
export function chartFrame(parts: ChartSpec, height = PLOT_HEIGHT): ChartSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    width: 640,
    height,
    padding: 5,
    background: null,
    data: { name: 'rows' },
    ...parts,
    config: {
      font: FONT,
      view: { stroke: null },
      axis: {
        labelColor: 'currentColor',
        titleColor: 'currentColor',
        labelOpacity: 0.75,
        titleOpacity: 0.85,
        labelFontSize: 11,
        titleFontSize: 11,
        titleFontWeight: 500,
        titlePadding: 8,
        domainColor: 'currentColor',
        domainOpacity: 0.35,
        tickColor: 'currentColor',
        tickOpacity: 0.35,
        gridColor: 'currentColor',
        gridOpacity: 0.1,
      },
      axisX: { grid: false, labelOverlap: 'greedy', labelSeparation: 6 },
      axisY: { domain: false, ticks: false, tickCount: 5 },
      legend: {
        labelColor: 'currentColor',
        titleColor: 'currentColor',
        labelFontSize: 11,
        titleFontSize: 11,
        titleFontWeight: 500,
        symbolType: 'circle',
        symbolSize: 70,
        symbolOpacity: 1,
      },
      text: { color: 'currentColor', fontSize: 11 },
      range: { category: SERIES_COLOURS },
    },
  };
}

/** Vega expression for the label of a tick on a time axis: as much of the time as is not zero, by a 24 hour clock. */
export const TIME_LABEL =
  "utcFormat(datum.value, utcmilliseconds(datum.value) ? '%S.%L' : utcseconds(datum.value) ? '%H:%M:%S' : " +
  "utchours(datum.value) || utcminutes(datum.value) ? '%H:%M' : '%b %d')";

/**
 * Time steps are not evenly spaced (1, 5, 15, 30 s), so there can be more than twice as many ticks as are asked for: this
 * leaves room for the labels of all.
 */
const TICKS_ON_X = { expr: 'max(2, width / 115)' };

/** Event time is shown in UTC everywhere: windows are aligned to it. */
export function timeAxis(title: string): ChartSpec {
  const axis = { title, labelExpr: TIME_LABEL, tickCount: TICKS_ON_X };
  return { type: 'temporal', scale: { type: 'utc' }, axis };
}

/** `series` is the selection that a click in the legend makes. */
export const SERIES_PICK: ChartSpec = {
  name: 'series',
  select: { type: 'point', fields: ['key'] },
  bind: 'legend',
};

export function seriesOpacity(shown: number): ChartSpec {
  return { condition: { param: 'series', value: shown }, value: 0.15 };
}

/** One colour a key, in the order of the keys' slots so that a key keeps its colour while others come and go. */
export const SERIES_COLOUR: ChartSpec = {
  field: 'key',
  type: 'nominal',
  sort: { field: '_slot', op: 'min' },
  legend: {
    // Without any text a legend that has no entries yet has no extent, and Vega lays out the chart around infinity.
    title: '\u00a0',
    titleFontSize: 1,
    titlePadding: 0,
    orient: 'top',
    direction: 'horizontal',
    // As many as fit beside each other: a legend wider than its chart would take the room of the plot.
    columns: { expr: 'max(1, min(8, floor(width / 125)))' },
    labelLimit: 100,
  },
};

/** What tells series apart and picks one of them; without keys there is one, which needs no legend. */
export function windowSeries(keyless = false): { readonly pick: ChartSpec; readonly colour: ChartSpec } {
  if (!keyless) return { pick: SERIES_PICK, colour: SERIES_COLOUR };
  const { bind: _, ...pick } = SERIES_PICK;
  return { pick, colour: { ...SERIES_COLOUR, legend: null } };
}

/** The most numbers of a window that a chart shows; more are left out of it, with a note. */
export const MAX_PANELS = 5;

/** All numbers that a chart shows, by their titles. */
export function shownTitles({ valueTitle, more = [] }: WindowChartOptions): readonly string[] {
  return [valueTitle, ...more].slice(0, MAX_PANELS);
}

/** The field of a row that has a window's number: that of the first, and of each further one. */
export function valueField(at: number): string {
  return at === 0 ? 'value' : `_value${at}`;
}

/** The field of a row that has what that number was before late records. */
export function previousField(at: number): string {
  return at === 0 ? '_previous' : `_previous${at}`;
}

/** What the mark under the pointer says about a window. */
export function windowTooltip(titles: readonly string[]): Json {
  return [
    { field: 'key', type: 'nominal', title: 'key' },
    { field: '_window', type: 'nominal', title: 'window' },
    ...titles.map((title, at) => ({
      field: valueField(at),
      type: 'quantitative',
      title,
      format: ',~r',
    })),
    { field: '_amended', type: 'nominal', title: 'pane' },
  ];
}

/** Only keys with a slot are drawn; adds what tooltips say. */
export const WINDOW_TRANSFORM: readonly Json[] = [
  { filter: 'isValid(datum._slot)' },
  {
    calculate:
      "utcFormat(datum.start, '%b %d %H:%M:%S') + ' to ' + utcFormat(datum.end, '%b %d %H:%M:%S') + ' UTC'",
    as: '_window',
  },
  {
    calculate:
      "datum.pane == 0 ? 'on time' : (datum._late ? 'amended by late records' : 'updated') + " +
      "', firing ' + (datum.pane + 1) + (isValid(datum._previous) ? ', before: ' + format(datum._previous, ',~r') : '')",
    as: '_amended',
  },
];
