import { expect, test } from 'vitest';
import { Publisher } from '../../../kernel/src/messages/publisher.ts';
import type { MessageHeader } from '../../../kernel/src/wire/message.ts';

/** A clock that a test moves, and what was published on it. */
class Stage {
  #now = 0;
  #timers: { at: number; work: () => void }[] = [];
  readonly sent: { at: number; type: string; text: string }[] = [];
  readonly publisher = new Publisher(
    (type, content) => this.sent.push({ at: this.#now, type, text: String(content['text'] ?? '') }),
    {
      now: () => this.#now,
      setTimeout: (work, ms) => this.#timers.push({ at: this.#now + ms, work }),
    },
  );

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = next.at;
      next.work();
    }
    this.#now = end;
  }

  get types(): string[] {
    return this.sent.map(({ type }) => type);
  }
}

const cell = { msg_id: 'cell' } as MessageHeader;

test('texts that follow one another are one message; other messages keep their place between them', () => {
  const { publisher, sent } = new Stage();
  publisher.stream('stdout', 'a', cell);
  publisher.stream('stdout', 'b', cell);
  publisher.message('display_data', {}, cell);
  publisher.stream('stdout', 'c', cell);
  void publisher.drained();
  expect(sent.map(({ type, text }) => `${type} ${text}`.trim())).toEqual([
    'stream ab',
    'display_data',
    'stream c',
  ]);
});

test('a text waits no longer than a moment for more of it', () => {
  const stage = new Stage();
  stage.publisher.stream('stdout', 'alone', cell);
  stage.advance(10);
  expect(stage.sent).toEqual([{ at: 10, type: 'stream', text: 'alone' }]);
});

test('in any three seconds, fewer than 3 MB of text and 3,000 messages are sent', () => {
  const stage = new Stage();
  for (let i = 0; i < 1_000; i++) {
    stage.publisher.stream('stdout', 'x'.repeat(20_000), cell);
    for (let j = 0; j < 10; j++)
      stage.publisher.message('update_display_data', { transient: { display_id: `${i}-${j}` } }, cell);
    stage.advance(10);
  }
  for (let from = 0; from < 7_000; from += 500) {
    const window = stage.sent.filter(({ at }) => at >= from && at < from + 3_000);
    expect(window.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(3_000_000);
    expect(window.length).toBeLessThan(3_000);
  }
});

test('nothing below the budget is lost', async () => {
  const stage = new Stage();
  const text = Array.from({ length: 30 }, (_, i) => `${i}`.padEnd(100_000, '.')).join('');
  stage.publisher.stream('stdout', text, cell);
  const drained = stage.publisher.drained();
  stage.advance(60_000);
  await drained;
  expect(stage.sent.map((one) => one.text).join('') === text).toBe(true);
});

test('a flood is trimmed from its front, with a note, and its end arrives', () => {
  const stage = new Stage();
  for (let i = 0; i < 100; i++) stage.publisher.stream('stdout', `${i} `.padEnd(100_000, 'x'), cell);
  stage.publisher.stream('stdout', 'the end', cell);
  stage.advance(60_000);
  const text = stage.sent.map((one) => one.text).join('');
  expect(text).toContain('output trimmed');
  expect(text.endsWith('the end')).toBe(true);
  expect(text.length).toBeLessThan(8_000_000);
});

test('a flood of displays is trimmed with a note; an update of a waiting update replaces it', () => {
  const stage = new Stage();
  for (let i = 0; i < 10_000; i++)
    stage.publisher.message('display_data', { transient: { display_id: String(i) } }, cell);
  for (let i = 0; i < 10_000; i++)
    stage.publisher.message('update_display_data', { transient: { display_id: 'one' } }, cell);
  stage.advance(60_000);
  expect(stage.types.filter((type) => type === 'display_data').length).toBeLessThan(2_000);
  expect(stage.types.filter((type) => type === 'update_display_data').length).toBeLessThan(5);
  expect(stage.sent.some(({ text }) => text.includes('displays came faster'))).toBe(true);
});
