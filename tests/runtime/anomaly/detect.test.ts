import { expect, test } from 'vitest';
import { detect, ewmaDetector, multiScaleDetector } from 'tidemark';
import { element, testJob } from 'tidemark/testing';
import { START_MS, STEP_MS, madeSeries, scoresOf } from './made-series.ts';

interface Reading {
  readonly sensor: string;
  readonly degrees: number;
}

const attic = madeSeries(21, [{ kind: 'spike', first: 250, last: 251 }], 320);
const cellar = madeSeries(22, [], 320);

const readings = attic.flatMap((degrees, i) => {
  const time = START_MS + i * STEP_MS;
  return [
    element<Reading>({ sensor: 'attic', degrees }, time),
    element<Reading>({ sensor: 'cellar', degrees: cellar[i]! }, time),
  ];
});

test.each([false, true])(
  'every key has a series of its own, with a snapshot at every step: %s',
  async (each) => {
    const detector = ewmaDetector();
    const { records } = await testJob(
      readings,
      (in_) => in_.keyBy('sensor').process(detect(detector, { value: ({ degrees }) => degrees })),
      { snapshotEveryStep: each },
    );
    const of = (sensor: string) => records.flatMap(({ value }) => (value.key === sensor ? [value] : []));
    expect(of('attic').map(({ score }) => score)).toEqual(scoresOf(detector, attic));
    expect(of('cellar').map(({ score }) => score)).toEqual(scoresOf(detector, cellar));
    expect(of('attic')[250]).toMatchObject({
      timestamp: START_MS + 250 * STEP_MS,
      value: attic[250],
      anomaly: true,
    });
  },
);

test('the state of a combination is snapshotted too', async () => {
  const few = readings.slice(0, 120);
  const run = (snapshotEveryStep: boolean) =>
    testJob(
      few,
      (in_) =>
        in_.keyBy('sensor').process(detect(multiScaleDetector({ warmUp: 10 }), { value: (r) => r.degrees })),
      { snapshotEveryStep },
    );
  expect((await run(true)).records).toEqual((await run(false)).records);
});

test('a threshold can be a function, and moves at once', async () => {
  let asked = 0;
  const { records } = await testJob(readings.slice(0, 100), (in_) =>
    in_
      .keyBy('sensor')
      .process(detect(ewmaDetector(), { value: (r) => r.degrees, threshold: () => (asked++ < 60 ? 2 : 0) })),
  );
  const anomalies = records.map(({ value }) => value.anomaly);
  expect(anomalies.slice(0, 60).some(Boolean)).toBe(false);
  expect(anomalies.slice(60).every(Boolean)).toBe(true);
});
