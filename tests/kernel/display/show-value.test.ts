import { expect, test } from 'vitest';
import { imageType } from '../../../kernel/src/display/image.ts';
import { showValue } from '../../../kernel/src/display/show-value.ts';
import { tableOf } from '../../../kernel/src/display/table.ts';
import { logoPng } from '../../../kernel/src/install/logo.ts';

test('bytes of an image are shown as one', async () => {
  const png = logoPng(16);
  const { data } = await showValue(png);
  expect(data['image/png']).toBe(png.toString('base64'));
  expect(imageType(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe('image/jpeg');
  expect(imageType(new Uint8Array([1, 2, 3]))).toBeUndefined();
});

test('rows are a table, bounded and with its size; anything else is not', () => {
  const many = Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'x'.repeat(500) }));
  const html = tableOf(many) ?? '';
  expect(html).toContain('1,000 rows × 2 columns; shown: the first 60 rows');
  expect(html.length).toBeLessThan(20_000);
  expect(tableOf([1, 2])).toBeUndefined();
  expect(tableOf([{ a: 1 }])).toBeUndefined();
  expect(tableOf([new Date(), new Date()])).toBeUndefined();
  expect(tableOf([{}, {}])).toBeUndefined();
});

test('a Jupyter.display that gives no bundle leaves the value to be shown as it is', async () => {
  const value = { a: 1, [Symbol.for('Jupyter.display')]: () => undefined };
  expect((await showValue(value)).data['text/plain']).toContain('a: 1');
});
