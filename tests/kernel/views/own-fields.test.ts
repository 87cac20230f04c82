import { expect, test } from 'vitest';
import {
  recordField,
  rowField,
  textTable,
  viewOutput,
  type ViewRow,
} from '../../../kernel/src/protocol/index.ts';
import { createMaterializer } from '../../../kernel/src/views/materialize/view-materializer.ts';
import { LiveView } from '../../../kernel/src/views/live-view.ts';
import { description, tumblingView } from './sample-views.ts';

const COLUMNS = [
  { name: '_id', type: 'STRING' },
  { name: '_time', type: 'INT' },
  { name: '__id', type: 'INT' },
];

test('columns that are named as fields of a view are shown as they are, and rows stay apart', () => {
  const view = createMaterializer(description('records', { columns: COLUMNS }), {});
  view.onRecord({ _id: 'a', _time: 1, __id: 7 }, 5_000, undefined);
  view.onRecord({ _id: 'a', _time: 2, __id: 8 }, 6_000, undefined);
  const rows = view.rows();
  expect(new Set(rows.map(({ _id }) => _id)).size).toBe(2);
  expect(rows.map(({ _time }) => _time)).toEqual([5_000, 6_000]);
  expect(textTable(view.description, rows, '').split('\n').slice(1)).toEqual([
    '_id  _time  __id',
    'a        1     7',
    'a        2     8',
  ]);
});

test('a record of no table shows all its fields, those with an underscore too', () => {
  const view = createMaterializer(description('records'), {});
  view.onRecord({ _id: 'a', _note: 'b', n: 1 }, undefined, undefined);
  expect(textTable(view.description, view.rows(), '')).toContain('_id  _note  n\na    b      1');
});

test.each(['_id', '__id', '___time', '_label', 'id', '_other', ''])('%s comes back as it was', (name) => {
  expect(recordField(rowField(name))).toBe(name);
});

const opened = (rows: readonly ViewRow[], view = description('records')) =>
  LiveView.fromSaved({ view, status: 'running', rows }, 'running');

test('a view without rows says what it waits for, and at the end of input that there are none', () => {
  const view = opened([]);
  expect(viewOutput(view)['text/plain']).toBe('sum(1): waiting for records');
  view.setStatus('finished');
  expect(viewOutput(view)['text/plain']).toBe('sum(1): no rows: the stream has ended without one');
});

test('a chart without rows has no axes to read out, and its description says why', () => {
  const { spec } = tumblingView().description;
  const view = opened([], { ...description('windows'), ...(spec === undefined ? {} : { spec }) });
  view.setStatus('finished');
  expect(viewOutput(view)['application/vnd.vegalite.v5+json']).toMatchObject({
    description: 'no rows: the stream has ended without one',
    config: { aria: false },
    datasets: { rows: [], status: [{ waiting: 'no rows: the stream has ended without one' }] },
  });
});
