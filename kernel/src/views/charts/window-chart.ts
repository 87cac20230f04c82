import type { ChartSpec, WindowChartOptions, WindowLayout } from './chart-spec.ts';
import { sessionChart } from './session-chart.ts';
import { slidingChart } from './sliding-chart.ts';
import { tumblingChart } from './tumbling-chart.ts';

/** The chart of window results that suits how the windows lie in time. */
export function windowChart(layout: WindowLayout, options: WindowChartOptions): ChartSpec {
  const { size, slide, processingTime = false } = options;
  const time = processingTime ? 'processing time, UTC' : 'event time, UTC';
  const title = (what: string) => `window start (${time})${what}`;
  switch (layout) {
    case 'tumbling':
      return tumblingChart(options, title(size === undefined ? '' : ` · ${durationText(size)} windows`));
    case 'sliding':
      return slidingChart(
        options,
        title(
          size === undefined || slide === undefined
            ? ''
            : ` · ${durationText(size)} windows every ${durationText(slide)}`,
        ),
      );
    case 'cumulating':
      return slidingChart(
        options,
        size === undefined || slide === undefined
          ? `window end (${time})`
          : `window end (${time}) · ${durationText(size)} windows that grow by ${durationText(slide)}`,
        'end',
      );
    case 'session':
      return sessionChart(options, `session (${time})`);
  }
}

const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A length of time in the largest unit that it is at least one of: `1.5 min`, `10 s`, `2 days`. */
export function durationText(ms: number): string {
  for (const [unit, length] of UNITS) {
    if (ms < length) continue;
    const count = Math.round((ms / length) * 10) / 10;
    return `${count} ${unit === 'day' && count !== 1 ? 'days' : unit}`;
  }
  return `${ms} ms`;
}
