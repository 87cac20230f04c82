import {
  chartFrame,
  LATE_COLOUR,
  SERIES_COLOUR,
  SERIES_PICK,
  TIME_LABEL,
  seriesOpacity,
  timeAxis,
  type ChartSpec,
} from './chart-spec.ts';
import { statusTexts } from './status-layers.ts';

/** Names of operators are longer than keys. */
const OPERATOR_COLOUR: ChartSpec = {
  ...SERIES_COLOUR,
  legend: {
    ...(SERIES_COLOUR.legend as ChartSpec),
    columns: { expr: 'max(1, min(4, floor(width / 205)))' },
    labelLimit: 180,
  },
};

/** Beyond this distance between clock and event time the line "no lag" would only squeeze the others. */
const NEAR_LIVE = 10 * 60_000;

/**
 * Event time against the runtime's clock: one line an operator for its watermark, a faint one for the newest event it
 * has seen, and, for a stream that is close to live, the line on which there is no lag at all.
 */
export function watermarkChart(): ChartSpec {
  const x = { field: 'now', ...timeAxis('clock of the runtime (UTC)') };
  const y = {
    ...timeAxis('event time (UTC)'),
    axis: { title: 'event time (UTC)', grid: true, tickCount: 5, labelExpr: TIME_LABEL },
  };
  const tooltip = [
    { field: 'key', type: 'nominal', title: 'operator' },
    { field: '_clock', type: 'nominal', title: 'clock' },
    { field: '_watermark', type: 'nominal', title: 'watermark' },
    { field: '_newest', type: 'nominal', title: 'newest event' },
    { field: '_behind', type: 'nominal', title: 'behind newest' },
    { field: 'lateRecords', type: 'quantitative', title: 'late records' },
  ];
  const at = (field: string) =>
    `isValid(datum.${field}) ? utcFormat(datum.${field}, '%b %d %H:%M:%S.%L') + ' UTC' : 'none yet'`;
  return chartFrame({
    transform: [
      { filter: 'isValid(datum._slot)' },
      { calculate: at('now'), as: '_clock' },
      { calculate: at('watermark'), as: '_watermark' },
      { calculate: at('maxTimestamp'), as: '_newest' },
      {
        calculate:
          "isValid(datum.maxTimestamp) && isValid(datum.watermark) ? format((datum.maxTimestamp - datum.watermark) / 1000, ',.1f') + ' s' : ''",
        as: '_behind',
      },
    ],
    layer: [
      {
        transform: [{ filter: `isValid(datum.lag) && abs(datum.lag) < ${NEAR_LIVE}` }],
        mark: { type: 'line', color: 'currentColor', opacity: 0.35, strokeDash: [2, 3], strokeWidth: 1 },
        encoding: { x, y: { field: 'now', ...y } },
      },
      {
        mark: { type: 'line', strokeWidth: 1, opacity: 0.45, interpolate: 'step-after' },
        encoding: { x, y: { field: 'maxTimestamp', ...y }, color: OPERATOR_COLOUR },
      },
      {
        params: [SERIES_PICK],
        mark: { type: 'line', strokeWidth: 2, interpolate: 'step-after' },
        encoding: {
          x,
          y: { field: 'watermark', ...y },
          color: OPERATOR_COLOUR,
          opacity: seriesOpacity(0.95),
        },
      },
      {
        transform: [{ filter: 'datum.idle' }],
        mark: { type: 'point', filled: true, size: 16, opacity: 0.8 },
        encoding: { x, y: { field: 'watermark', ...y }, color: OPERATOR_COLOUR, tooltip },
      },
      {
        mark: { type: 'point', filled: true, size: 60, opacity: 0 },
        encoding: { x, y: { field: 'watermark', ...y }, tooltip },
      },
      {
        transform: [{ filter: 'datum.lateNow > 0' }],
        mark: {
          type: 'point',
          shape: 'diamond',
          filled: true,
          size: 50,
          color: LATE_COLOUR,
          opacity: 0.9,
        },
        encoding: { x, y: { field: 'watermark', ...y }, tooltip },
      },
      ...statusTexts(),
    ],
  });
}
