import {
  chartFrame,
  LATE_COLOUR,
  seriesOpacity,
  timeAxis,
  WINDOW_TRANSFORM,
  windowSeries,
  windowTooltip,
  type ChartSpec,
  type WindowChartOptions,
} from './chart-spec.ts';
import { statusTexts, watermarkRule } from './status-layers.ts';

/**
 * Windows that do not overlap: each takes its own stretch of the time axis, and the keys in it stand side by side. What
 * late records changed is marked, with a line where the value stood before.
 */
export function tumblingChart(
  { valueTitle, processingTime, keyless }: WindowChartOptions,
  timeTitle: string,
): ChartSpec {
  const { pick, colour } = windowSeries(keyless);
  const axis = timeAxis(timeTitle);
  const x = { field: '_left', ...axis };
  const y = {
    field: 'value',
    type: 'quantitative',
    axis: { title: valueTitle },
    scale: { zero: true, nice: 5 },
  };
  const late = { filter: 'datum._late' };
  return chartFrame({
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
    layer: [
      {
        params: [pick],
        mark: { type: 'bar', cornerRadiusEnd: 1.5, stroke: null },
        encoding: {
          x,
          x2: { field: '_right' },
          y: { ...y, stack: null },
          // Said outright: with two ends on x, Vega-Lite would draw only the bar's upper edge.
          y2: { datum: 0 },
          color: colour,
          opacity: seriesOpacity(0.9),
          tooltip: windowTooltip(valueTitle),
        },
      },
      {
        transform: [late, { filter: 'isValid(datum._previous)' }],
        mark: { type: 'rule', color: LATE_COLOUR, strokeWidth: 1.5, strokeDash: [3, 2] },
        encoding: { x, x2: { field: '_right' }, y: { ...y, field: '_previous' } },
      },
      {
        transform: [late],
        mark: { type: 'point', shape: 'diamond', filled: true, size: 55, color: LATE_COLOUR, opacity: 1 },
        encoding: { x: { ...x, field: '_middle' }, y, tooltip: windowTooltip(valueTitle) },
      },
      ...(processingTime === true ? [] : watermarkRule(axis)),
      ...statusTexts(),
    ],
  });
}
