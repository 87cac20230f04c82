import { expect, test } from 'vitest';
import { z } from 'zod';
import { json } from '../../../runtime/src/index.ts';

const reading = z.object({
  sensor: z.string(),
  value: z.number(),
  at: z.string().transform((text) => Date.parse(text)),
});
const format = json({ schema: reading });
const bytes = (text: string) => new TextEncoder().encode(text);

test('a message that fits the schema is what the schema makes of it', () => {
  const text = '{"sensor":"a","value":1,"at":"1970-01-01T00:00:01Z","more":true}';
  expect(format.messages!.decode(bytes(text))).toEqual({ sensor: 'a', value: 1, at: 1_000 });
});

test('one that does not fit says what is wrong and where', () => {
  expect(() => format.messages!.decode(bytes('{"sensor":"a","value":"1","at":""}'))).toThrow(/^value: /);
});

test('records of files are checked too', () => {
  const decoder = json({ schema: z.number(), onError: 'skip' }).createDecoder({ input: 'numbers.json' });
  decoder.push(bytes('[1, "two", 3]'));
  decoder.finish();
  expect(decoder.records.values).toEqual([1, 3]);
  expect(decoder.skipped).toBe(1);
});
