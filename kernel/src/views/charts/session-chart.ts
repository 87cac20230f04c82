import {
  chartFrame,
  LATE_COLOUR,
  SERIES_COLOUR,
  timeAxis,
  WINDOW_TRANSFORM,
  shownTitles,
  valueField,
  windowTooltip,
  type ChartSpec,
  type WindowChartOptions,
} from './chart-spec.ts';
import { statusTexts, watermarkRule } from './status-layers.ts';

/** Windows of any length: one lane a key, a bar from each session's start to its end, its value written on it. */
export function sessionChart(options: WindowChartOptions, timeTitle: string): ChartSpec {
  const axis = timeAxis(timeTitle);
  const titles = shownTitles(options);
  const tooltip = windowTooltip(titles);
  const written = titles.map((_, at) => `format(datum.${valueField(at)}, ',~r')`).join(" + ' · ' + ");
  const lane = {
    field: 'key',
    type: 'nominal',
    sort: { field: '_slot', op: 'min' },
    axis: { title: null, grid: false, labelLimit: 120 },
  };
  const middle = { field: '_middle', ...axis };
  return chartFrame({
    transform: [
      ...WINDOW_TRANSFORM,
      { calculate: '(datum.start + datum.end) / 2', as: '_middle' },
      { calculate: written, as: '_written' },
    ],
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.66 }, cornerRadius: 3, opacity: 0.85 },
        encoding: {
          x: { field: 'start', ...axis },
          x2: { field: 'end' },
          y: lane,
          color: { ...SERIES_COLOUR, legend: null },
          tooltip,
        },
      },
      {
        mark: {
          type: 'text',
          color: 'white',
          fontWeight: 600,
          tooltip: null,
          // Only where its bar has room for it.
          opacity: {
            expr: "scale('x', datum.end) - scale('x', datum.start) > 8 + 7 * length(datum._written) ? 1 : 0",
          },
        },
        encoding: { x: middle, y: lane, text: { field: '_written', type: 'nominal' } },
      },
      {
        transform: [{ filter: 'datum._late' }],
        mark: {
          type: 'point',
          shape: 'diamond',
          filled: true,
          size: 90,
          color: LATE_COLOUR,
          opacity: 1,
          stroke: 'white',
        },
        encoding: { x: { field: 'end', ...axis }, y: lane, tooltip },
      },
      ...(options.processingTime === true ? [] : watermarkRule(axis)),
      ...statusTexts(),
    ],
  });
}
