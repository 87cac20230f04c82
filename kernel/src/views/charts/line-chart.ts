import { chartFrame, timeAxis, type ChartSpec } from './chart-spec.ts';
import { statusTexts, watermarkRule } from './status-layers.ts';

/** A stream of numbers over event time. */
export function lineChart(valueTitle: string): ChartSpec {
  const axis = timeAxis('event time (UTC)');
  return chartFrame({
    layer: [
      {
        mark: { type: 'line', strokeWidth: 1.6, point: { size: 18, filled: true } },
        encoding: {
          x: { field: '_time', ...axis },
          y: {
            field: 'value',
            type: 'quantitative',
            axis: { title: valueTitle },
            scale: { zero: false, nice: true },
          },
          tooltip: [
            { field: '_at', type: 'nominal', title: 'time' },
            { field: 'value', type: 'quantitative', title: valueTitle, format: ',~r' },
          ],
        },
        transform: [{ calculate: "utcFormat(datum._time, '%b %d %H:%M:%S.%L') + ' UTC'", as: '_at' }],
      },
      ...watermarkRule(axis),
      ...statusTexts(),
    ],
  });
}
