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
 * Windows that overlap: one line a key, a point at each window's start, or its end where several have one start, late amendments
 * marked.
 */
export function slidingChart(
  options: WindowChartOptions,
  timeTitle: string,
  at: 'start' | 'end' = 'start',
): ChartSpec {
  const { pick, colour } = windowSeries(options.keyless);
  const axis = timeAxis(timeTitle);
  const x = { field: at, ...axis };
  const tooltip = windowTooltip(shownTitles(options));
  const layersOf = ({ value, previous, y: scale, first }: ValuePanel): readonly ChartSpec[] => {
    const y = { field: value, ...scale };
    return [
      {
        ...(first ? { params: [pick] } : {}),
        mark: { type: 'line', strokeWidth: 1.8, interpolate: 'linear', strokeJoin: 'round' },
        encoding: { x, y, color: colour, opacity: seriesOpacity(0.95) },
      },
      {
        mark: { type: 'point', filled: true },
        encoding: {
          x,
          y,
          // Where points would touch each other the line says it all; they stay for what the pointer asks of them.
          size: { condition: { test: 'datum._points > width / 6', value: 4 }, value: 26 },
          color: colour,
          opacity: seriesOpacity(0.95),
          tooltip,
        },
      },
      {
        transform: [{ filter: `datum._late && isValid(datum.${previous})` }],
        mark: { type: 'rule', color: LATE_COLOUR, strokeWidth: 1.2, strokeDash: [3, 2] },
        encoding: { x, y: { ...y, field: previous }, y2: { field: value } },
      },
      {
        transform: [{ filter: 'datum._late' }],
        mark: { type: 'point', shape: 'diamond', filled: true, size: 55, color: LATE_COLOUR, opacity: 1 },
        encoding: { x, y, tooltip },
      },
    ];
  };
  const shared = [...(options.processingTime === true ? [] : watermarkRule(axis)), ...statusTexts()];
  const { parts, height } = valuePanels(options, layersOf, shared);
  const points = { joinaggregate: [{ op: 'count', as: '_points' }], groupby: ['key'] };
  return chartFrame({ transform: [...WINDOW_TRANSFORM, points], ...parts }, height);
}
