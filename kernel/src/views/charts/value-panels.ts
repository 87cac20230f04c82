import {
  PLOT_HEIGHT,
  previousField,
  shownTitles,
  valueField,
  type ChartSpec,
  type WindowChartOptions,
} from './chart-spec.ts';

const PANEL_HEIGHT = 110;
/** Half of the room between two panels, in px. */
const HALF_GAP = 9;

/** One number of the windows, and where on the chart it stands. */
export interface ValuePanel {
  /** The field of a row that has it, and the one that has what it was before late records. */
  readonly value: string;
  readonly previous: string;
  readonly y: ChartSpec;
  /** What all panels have in common is said in the first. */
  readonly first: boolean;
}

/**
 * The layers of a chart of one number or of several. Several stand above each other, since their scales differ, each on a
 * y scale of its own that takes its share of the height; they have the time axis, the legend and the watermark in common. (A
 * concatenation would do that too, but Vega-Lite cannot fit one into its place in the page.)
 */
export function valuePanels(
  options: WindowChartOptions,
  layersOf: (panel: ValuePanel) => readonly ChartSpec[],
  shared: readonly ChartSpec[],
): { readonly parts: ChartSpec; readonly height: number } {
  const titles = shownTitles(options);
  const panels = titles.map((title, at): ValuePanel => ({
    value: valueField(at),
    previous: previousField(at),
    y: valueScale(title, at, titles.length),
    first: at === 0,
  }));
  const [only] = panels;
  if (panels.length === 1) return { parts: { layer: [...layersOf(only!), ...shared] }, height: PLOT_HEIGHT };
  return {
    parts: {
      layer: [...panels.map((panel) => ({ layer: [...layersOf(panel)] })), ...shared],
      resolve: { scale: { y: 'independent' } },
    },
    height: PANEL_HEIGHT * panels.length,
  };
}

function valueScale(title: string, at: number, count: number): ChartSpec {
  const common = { type: 'quantitative' };
  const scale = { zero: true, nice: 5 };
  if (count === 1) return { ...common, axis: { title }, scale };
  const top = at === 0 ? 'height * 0' : `height * ${at} / ${count} + ${HALF_GAP}`;
  const bottom = at === count - 1 ? 'height' : `height * ${at + 1} / ${count} - ${HALF_GAP}`;
  return {
    ...common,
    // As wide for all, so that their titles stand in one line; each is cut where its panel ends.
    axis: { title, orient: 'left', tickCount: 3, minExtent: 34, titleLimit: PANEL_HEIGHT - HALF_GAP },
    scale: { ...scale, nice: 3, range: [{ expr: bottom }, { expr: top }] },
  };
}
