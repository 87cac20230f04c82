import type { ViewOptions } from 'tidemark';
import type { Json, ViewDescription } from '../../protocol/index.ts';
import { anomalyChart } from '../charts/anomaly-chart.ts';
import { lineChart } from '../charts/line-chart.ts';
import { windowChart } from '../charts/window-chart.ts';

/** A chart that the user chose: a spec, `'table'`, or `undefined` when the choice is left to us. */
export type ChosenChart = { readonly spec: Json } | 'table' | undefined;

/** Names that `show(stream, { chart })` takes beside a spec. */
export const CHART_NAMES = ['table', 'line', 'bar', 'tumbling', 'sliding', 'session', 'anomalies'] as const;

/**
 * The chart that `show(stream, { chart })` asked for.
 * @throws {RangeError} for a name that is none of `CHART_NAMES`.
 */
export function chosenChart(kind: ViewDescription['kind'], chart: ViewOptions['chart']): ChosenChart {
  if (chart === undefined) return undefined;
  if (typeof chart !== 'string') return { spec: filledSpec(chart) };
  switch (chart) {
    case 'table':
      return 'table';
    case 'line':
      return {
        spec: kind === 'windows' ? windowChart('sliding', { valueTitle: 'value' }) : lineChart('value'),
      };
    case 'anomalies':
      return { spec: anomalyChart('value') };
    case 'bar':
    case 'tumbling':
      return { spec: windowChart('tumbling', { valueTitle: 'value' }) };
    case 'sliding':
    case 'session':
      return { spec: windowChart(chart, { valueTitle: 'value' }) };
    default:
      throw new RangeError(
        `show(): there is no chart named '${chart}'. Take one of ${CHART_NAMES.join(', ')}, or give a Vega-Lite spec.`,
      );
  }
}

/** A user's spec reads the rows wherever it names no data of its own. What is not plain JSON in it is left out. */
function filledSpec(chart: Readonly<Record<string, unknown>>): Json {
  const spec = JSON.parse(JSON.stringify(chart)) as { readonly [name: string]: Json };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    background: null,
    ...spec,
    data: spec.data ?? { name: 'rows' },
  };
}
