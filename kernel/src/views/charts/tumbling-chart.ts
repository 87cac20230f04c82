import {
  chartFrame,
  LATE_COLOUR,
  seriesOpacity,
  timeAxis,
  WINDOW_TRANSFORM,
  windowSeries,
  shownTitles,
  windowTooltip,
  type ChartSpec,
  type WindowChartOptions,
} from './chart-spec.ts';
import { statusTexts, watermarkRule } from './status-layers.ts';
import { valuePanels, type ValuePanel } from './value-panels.ts';

/**
 * Windows that do not overlap: each takes its own stretch of the time axis, and the keys in it stand side by side. What
 * late records changed is marked, with a line where the value stood before.
 */
export function tumblingChart(options: WindowChartOptions, timeTitle: string): ChartSpec {
  const { pick, colour } = windowSeries(options.keyless);
  const axis = timeAxis(timeTitle);
  const x = { field: '_left', ...axis };
  const tooltip = windowTooltip(shownTitles(options));
  const late = { filter: 'datum._late' };
  const layersOf = ({ value, previous, y, first }: ValuePanel): readonly ChartSpec[] => [
    {
      ...(first ? { params: [pick] } : {}),
      mark: { type: 'bar', cornerRadiusEnd: 1.5, stroke: null },
      encoding: {
        x,
        x2: { field: '_right' },
        y: { field: value, ...y, stack: null },
        // Said outright: with two ends on x, Vega-Lite would draw only the bar's upper edge.
        y2: { datum: 0 },
        color: colour,
        opacity: seriesOpacity(0.9),
        tooltip,
      },
    },
    {
      transform: [late, { filter: `isValid(datum.${previous})` }],
      mark: { type: 'rule', color: LATE_COLOUR, strokeWidth: 1.5, strokeDash: [3, 2] },
      encoding: { x, x2: { field: '_right' }, y: { field: previous, ...y } },
    },
    {
      transform: [late],
      mark: { type: 'point', shape: 'diamond', filled: true, size: 55, color: LATE_COLOUR, opacity: 1 },
      encoding: { x: { ...x, field: '_middle' }, y: { field: value, ...y }, tooltip },
    },
  ];
  const shared = [...(options.processingTime === true ? [] : watermarkRule(axis)), ...statusTexts()];
  const { parts, height } = valuePanels(options, layersOf, shared);
  const spec = {
    transform: [
      ...WINDOW_TRANSFORM,
      { joinaggregate: [{ op: 'max', field: '_slot', as: '_slots' }] },
      { calculate: '(datum.end - datum.start) * 0.92 / (datum._slots + 1)', as: '_width' },
      {
        calculate: 'datum.start + (datum.end - datum.start) * 0.04 + datum._slot * datum._width',
        as: '_left',
      },
      { calculate: 'datum._left + datum._width', as: '_right' },
      { calculate: '(datum._left + datum._right) / 2', as: '_middle' },
    ],
    ...parts,
  };
  return chartFrame(spec, height);
}
