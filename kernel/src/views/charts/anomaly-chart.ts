import { chartFrame, SERIES_PICK, seriesOpacity, timeAxis, type ChartSpec } from './chart-spec.ts';
import { statusTexts, watermarkRule } from './status-layers.ts';

const UNSURE_COLOUR = '#d9822b';
const CONFIRMED_COLOUR = '#d9383a';
const FALSE_ALARM_COLOUR = '#8a8f98';

/**
 * Scored records, as `detect` makes them, over event time: a line a key, and a mark on every anomaly, which says by form
 * and colour what was said of it.
 */
export function anomalyChart(valueTitle: string): ChartSpec {
  const axis = timeAxis('event time (UTC)');
  const x = { field: '_time', ...axis };
  const y = {
    field: 'value',
    type: 'quantitative',
    axis: { title: valueTitle },
    scale: { zero: false, nice: true },
  };
  return chartFrame({
    layer: [
      {
        params: [SERIES_PICK],
        mark: { type: 'line', strokeWidth: 1.1, tooltip: null },
        encoding: { x, y, color: seriesColour(), opacity: seriesOpacity(0.75) },
      },
      {
        transform: [
          { filter: 'datum.anomaly' },
          { calculate: "utcFormat(datum._time, '%b %d %H:%M:%S') + ' UTC'", as: '_at' },
          { calculate: "datum._label || 'not labelled'", as: '_said' },
        ],
        mark: { type: 'point', size: 90, strokeWidth: 1.8, filled: true, cursor: 'pointer' },
        encoding: {
          x,
          y,
          shape: said(['diamond', 'circle', 'cross']),
          fill: said([UNSURE_COLOUR, CONFIRMED_COLOUR, FALSE_ALARM_COLOUR]),
          opacity: seriesOpacity(1),
          tooltip: [
            { field: 'key', type: 'nominal', title: 'key' },
            { field: '_at', type: 'nominal', title: 'time' },
            { field: 'value', type: 'quantitative', title: valueTitle, format: ',~r' },
            { field: 'score', type: 'quantitative', title: 'score', format: '.4f' },
            { field: '_said', type: 'nominal', title: 'label' },
          ],
        },
      },
      ...watermarkRule(axis),
      ...statusTexts(),
    ],
    resolve: { legend: { shape: 'shared', fill: 'shared' } },
  });
}

function seriesColour(): ChartSpec {
  return {
    field: 'key',
    type: 'nominal',
    legend: { title: '\u00a0', titleFontSize: 1, titlePadding: 0, orient: 'top', direction: 'horizontal' },
  };
}

function said(range: readonly string[]): ChartSpec {
  return {
    field: '_said',
    type: 'nominal',
    scale: { domain: ['not labelled', 'anomaly', 'false alarm'], range: [...range] },
    legend: null,
  };
}
