import { expect } from 'vitest';
import {
  EventTimeSessionWindows,
  EventTimeTrigger,
  MAX_TIMESTAMP,
  OutputTag,
  PurgingTrigger,
  TumblingEventTimeWindows,
} from 'tidemark';
import { element, watermark, type TestRecord, type TestStep } from 'tidemark/testing';
import { conforms } from './both-ways.ts';

// Nine scores of one team, in the order in which they arrived; the 9 is known seven minutes late.
const time = (text: string) => Date.parse(`2015-01-01T${text}Z`);
const score = (value: number, eventTime: string): TestStep<number> => element(value, time(`12:${eventTime}`));
const ARRIVALS = [
  [score(5, '00:26')],
  [score(7, '02:26')],
  [score(3, '03:39')],
  [score(4, '04:19')],
  [score(8, '03:06')],
  [score(3, '06:39')],
  [score(9, '01:26')],
  [score(8, '07:26')],
  [score(1, '07:46')],
] as const;
const minutes = (timestamp: number | undefined) => new Date(timestamp! + 1).toISOString().slice(14, 19);
const show = ({ value, timestamp }: TestRecord<number>) => `${value} by ${minutes(timestamp)}`;
const twoMinutes = TumblingEventTimeWindows.of('2 min');
const END = watermark(MAX_TIMESTAMP);

conforms<number, number>('windows of two minutes', {
  build: (scores) => scores.windowAll(twoMinutes).sum(0),
  show,
  steps: [...ARRIVALS, [END, '14 by 02:00', '18 by 04:00', '4 by 06:00', '12 by 08:00']],
});

conforms<number, string>('sessions with a gap of a minute', {
  build: (scores) =>
    scores
      .windowAll(EventTimeSessionWindows.withGap('1 min'))
      .process(({ window }, elements) => [
        `${elements.reduce((sum, n) => sum + n, 0)} from ${minutes(window.start - 1)} to ${minutes(window.end - 1)}`,
      ]),
  show: ({ value }) => value,
  steps: [...ARRIVALS, [END, '36 from 00:26 to 05:19', '12 from 06:39 to 08:46']],
});

conforms<number, number>('sessions with a gap of a millisecond less', {
  build: (scores) => scores.windowAll(EventTimeSessionWindows.withGap(59_999)).sum(0),
  show: ({ value }) => String(value),
  steps: [...ARRIVALS, [END, '5', '9', '22', '12']],
});

const LATE_NINE = [...ARRIVALS.slice(0, 6), [watermark(time('12:02:10')), '5 by 02:00']] as const;

conforms<number, number>('without lateness the 9 goes to the side', {
  build: (scores) => scores.windowAll(twoMinutes).sideOutputLateData(new OutputTag<number>('late')).sum(0),
  show,
  steps: [...LATE_NINE, ...ARRIVALS.slice(6), [END, '18 by 04:00', '4 by 06:00', '12 by 08:00']],
  check: (result) => expect(result.sideOutput('late')).toEqual([{ value: 9, timestamp: time('12:01:26') }]),
});

conforms<number, number>('with lateness the window is amended', {
  build: (scores) => scores.windowAll(twoMinutes).allowedLateness('1 h').sum(0),
  show,
  steps: [...LATE_NINE, [score(9, '01:26'), '14 by 02:00']],
});

conforms<number, number>('with lateness and purging the 9 stands alone', {
  build: (scores) =>
    scores
      .windowAll(twoMinutes)
      .allowedLateness('1 h')
      .trigger(PurgingTrigger.of(EventTimeTrigger.create()))
      .sum(0),
  show,
  steps: [...LATE_NINE, [score(9, '01:26'), '9 by 02:00']],
});
