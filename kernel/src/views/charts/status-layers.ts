import { WATERMARK_COLOUR, type ChartSpec } from './chart-spec.ts';

/** The current watermark as a moving rule on the time axis, with its time. */
export function watermarkRule(timeAxis: ChartSpec): readonly ChartSpec[] {
  const data = { name: 'status' };
  const transform = [{ filter: "isValid(datum.watermark) && datum.waiting == ''" }];
  const x = { field: 'watermark', ...timeAxis };
  return [
    {
      data,
      transform,
      mark: { type: 'rule', color: WATERMARK_COLOUR, strokeDash: [5, 3], strokeWidth: 1.5, tooltip: null },
      encoding: { x },
    },
    {
      data,
      transform,
      mark: {
        type: 'text',
        align: 'right',
        baseline: 'bottom',
        dx: 4,
        y: -4,
        color: WATERMARK_COLOUR,
        fontWeight: 500,
        tooltip: null,
      },
      encoding: { x, text: { field: 'label', type: 'nominal' } },
    },
  ];
}

/** What an empty chart waits for, in its middle, and what a full one leaves out, at its foot. */
export function statusTexts(): readonly ChartSpec[] {
  const data = { name: 'status' };
  return [
    {
      data,
      transform: [{ filter: "datum.waiting != ''" }],
      mark: {
        type: 'text',
        x: { expr: 'width / 2' },
        y: { expr: 'height / 2' },
        fontSize: 13,
        opacity: 0.7,
        tooltip: null,
      },
      encoding: { text: { field: 'waiting', type: 'nominal' } },
    },
    {
      data,
      transform: [{ filter: "datum.note != ''" }],
      mark: {
        type: 'text',
        align: 'right',
        x: { expr: 'width' },
        y: { expr: 'height + 38' },
        fontSize: 10,
        opacity: 0.65,
        tooltip: null,
      },
      encoding: { text: { field: 'note', type: 'nominal' } },
    },
  ];
}
