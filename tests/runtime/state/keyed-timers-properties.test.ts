import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTables } from '../../../runtime/src/state/entries.ts';
import { KeyedTimers } from '../../../runtime/src/state/keyed-timers.ts';
import { holds } from '../property.ts';

interface ModelTimer {
  readonly time: number;
  readonly key: string;
}

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('register'), fc.nat(40), fc.constantFrom('a', 'b', 'c')) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('delete'), fc.nat(40), fc.constantFrom('a', 'b', 'c')) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('poll'), fc.nat(40), fc.constant('')) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('restore'), fc.constant(0), fc.constant('')) },
  ),
  { maxLength: 200 },
);

test('a key and time are one timer, and timers fire by time, then in the order of registration', () =>
  holds(steps, (sequence) => {
    let timers = new KeyedTimers();
    let model: ModelTimer[] = [];
    for (const [step, time, key] of sequence) {
      if (step === 'register') {
        timers.register(key, time);
        if (!model.some((timer) => timer.key === key && timer.time === time)) model.push({ time, key });
      } else if (step === 'delete') {
        timers.delete(key, time);
        model = model.filter((timer) => timer.key !== key || timer.time !== time);
      } else if (step === 'poll') {
        const due = model.filter((timer) => timer.time <= time).sort((a, b) => a.time - b.time);
        model = model.filter((timer) => timer.time > time);
        const fired: ModelTimer[] = [];
        for (let timer = timers.poll(time); timer !== undefined; timer = timers.poll(time)) {
          fired.push({ time: timer.time, key: timer.key as string });
        }
        expect(fired).toEqual(due);
      } else {
        const saved = structuredClone(readTables([timers]));
        timers = new KeyedTimers();
        timers.restore(saved['timers']!);
      }
      expect(timers.size).toBe(model.length);
      expect(timers.nextTime).toBe(Math.min(Infinity, ...model.map((timer) => timer.time)));
    }
    return Promise.resolve();
  }));

test('a key may have very many timers', () => {
  const timers = new KeyedTimers();
  for (let time = 100_000; time > 0; time--) timers.register('one', time);
  for (let time = 1; time <= 100_000; time += 2) timers.delete('one', time);
  for (let time = 2; time <= 100_000; time += 2) expect(timers.poll(100_000)).toEqual({ time, key: 'one' });
  expect(timers.size).toBe(0);
});
