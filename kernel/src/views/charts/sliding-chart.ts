import {
  chartFrame,
  LATE_COLOUR,
  SERIES_COLOUR,
  SERIES_PICK,
  seriesOpacity,
  timeAxis,
  WINDOW_TRANSFORM,
  windowTooltip,
  type ChartSpec,
} from './chart-spec.ts';
import { statusTexts, watermarkRule } from './status-layers.ts';

/**
 * Windows that overlap: one line a key, a point at each window's start, or its end where several have one start, late amendments
 * marked.
 */
export function slidingChart(
  valueTitle: string,
  timeTitle: string,
  at: 'start' | 'end' = 'start',
): ChartSpec {
  const axis = timeAxis(timeTitle);
  const x = { field: at, ...axis };
  const y = {
    field: 'value',
    type: 'quantitative',
    axis: { title: valueTitle },
    scale: { zero: true, nice: 5 },
  };
  return chartFrame({
    transform: [...WINDOW_TRANSFORM],
    layer: [
      {
        params: [SERIES_PICK],
        mark: { type: 'line', strokeWidth: 1.8, interpolate: 'linear', strokeJoin: 'round' },
        encoding: { x, y, color: SERIES_COLOUR, opacity: seriesOpacity(0.95) },
      },
      {
        mark: { type: 'point', filled: true, size: 26 },
        encoding: {
          x,
          y,
          color: SERIES_COLOUR,
          opacity: seriesOpacity(0.95),
          tooltip: windowTooltip(valueTitle),
        },
      },
      {
        transform: [{ filter: 'datum._late && isValid(datum._previous)' }],
        mark: { type: 'rule', color: LATE_COLOUR, strokeWidth: 1.2, strokeDash: [3, 2] },
        encoding: { x, y: { ...y, field: '_previous' }, y2: { field: 'value' } },
      },
      {
        transform: [{ filter: 'datum._late' }],
        mark: { type: 'point', shape: 'diamond', filled: true, size: 55, color: LATE_COLOUR, opacity: 1 },
        encoding: { x, y, tooltip: windowTooltip(valueTitle) },
      },
      ...watermarkRule(axis),
      ...statusTexts(),
    ],
  });
}
