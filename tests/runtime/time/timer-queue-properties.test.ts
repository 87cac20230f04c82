import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerQueue, type Timer } from '../../../runtime/src/time/timer-queue.ts';
import { holds } from '../property.ts';

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constant('add'), fc.nat(12)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('delete'), fc.nat(60)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('poll'), fc.nat(12)) },
  ),
  { maxLength: 300 },
);

test('timers come by time, then in the order of registration, whatever was deleted', () =>
  holds(steps, (sequence) => {
    const queue = new TimerQueue<number>();
    const made: Timer<number>[] = [];
    let model: { readonly time: number; readonly target: number }[] = [];
    for (const [step, value] of sequence) {
      if (step === 'add') {
        model.push({ time: value, target: made.length });
        made.push(queue.add(value, made.length));
      } else if (step === 'delete') {
        const timer = made[value];
        if (timer !== undefined) queue.delete(timer);
        model = model.filter(({ target }) => target !== value);
      } else {
        const first = [...model].sort((a, b) => a.time - b.time || a.target - b.target)[0];
        const due = first !== undefined && first.time <= value ? first : undefined;
        expect(queue.poll(value)?.target).toBe(due?.target);
        model = model.filter((timer) => timer !== due);
      }
      expect(queue.size).toBe(model.length);
      expect(queue.nextTime).toBe(Math.min(Infinity, ...model.map(({ time }) => time)));
      expect(queue.lastTime).toBe(Math.max(-Infinity, ...model.map(({ time }) => time)));
      const inOrder = [...model].sort((a, b) => a.time - b.time || a.target - b.target);
      expect(queue.sorted().map(({ target }) => target)).toEqual(inOrder.map(({ target }) => target));
    }
    return Promise.resolve();
  }));

test('a timer that is moved a million times leaves nothing behind', () => {
  const queue = new TimerQueue<string>();
  let timer = queue.add(0, 'moved');
  for (let move = 1; move <= 1_000_000; move++) {
    queue.delete(timer);
    timer = queue.add(move % 7, 'moved');
  }
  expect(queue.sorted()).toEqual([timer]);
  expect(queue.poll(10)).toBe(timer);
  expect(queue.poll(10)).toBeUndefined();
});
