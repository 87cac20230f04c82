import { expect, test } from 'vitest';
import { collectionSource, type Sink, type Source } from '../../../runtime/src/index.ts';
import { checkSink, checkSource, type SinkUnderTest } from '../../../runtime/src/testing/index.ts';

const records = [...'abcdefghijkl'];

/** A source of the records that breaks in one place. */
function broken(
  change: Partial<Record<'position' | 'size' | 'wait' | 'end' | 'order', true>>,
): Source<string> {
  return {
    ...collectionSource(records),
    kind: 'broken',
    createReader: ({ position, onReady }) => {
      let at = typeof position === 'number' ? position : 0;
      let waited = change.wait !== true;
      let ended = 0;
      return {
        poll: (max) => {
          if (!waited) {
            waited = true;
            // Nobody will ever be told.
            void onReady;
            return 'wait';
          }
          if (at >= records.length) {
            ended += 1;
            return change.end === true && ended > 1 ? { values: ['again'], position: at } : 'end';
          }
          const values = records.slice(at, at + (change.size === true ? max + 1 : max));
          if (change.order === true && max > 1) values.reverse();
          at += values.length;
          return { values, position: change.position === true ? Math.max(0, at - 1) : at };
        },
        close: () => undefined,
      };
    },
  };
}

test('a source that conforms is told what was checked', async () => {
  expect(await checkSource(() => broken({}), { records })).toEqual([
    'gives all records',
    'gives the same records in batches of any size',
    'goes on from any position',
    'survives failures of its job',
    'hands over what was asked for',
    'has plain positions',
    'announces what it was waited for',
    'ends once',
  ]);
});

test.each([
  ['goes on from any position', { position: true }],
  ['hands over what was asked for', { size: true }],
  ['announces what it was waited for', { wait: true }],
  ['ends once', { end: true }],
  ['gives the same records in batches of any size', { order: true }],
] as const)('a source that breaks a rule is found out: it %s', async (rule, change) => {
  const checked = checkSource(() => broken(change), { records, patience: 50 });
  await expect(checked).rejects.toMatchObject({ code: 'connector-not-conformant', details: { rule } });
});

test('a source whose position holds a function is found out', async () => {
  const source: Source<string> = {
    ...collectionSource(records),
    createReader: () => ({
      poll: () => ({ values: ['a'], position: { next: () => undefined } }),
      close: () => undefined,
    }),
  };
  await expect(checkSource(() => source, { records: ['a'] })).rejects.toMatchObject({
    details: { rule: 'has plain positions' },
  });
});

/** A world with transactions, and a sink that breaks in one place. */
function world(
  change: Partial<Record<'early' | 'repeats' | 'keeps' | 'forgets' | 'loses', true>>,
): SinkUnderTest<string> {
  const seen = new Map<string, readonly string[]>();
  let transactions = 0;
  const sink: Sink<string> = {
    kind: 'broken',
    createWriter: ({ restored }) => {
      let written: string[] = change.keeps === true ? [...((restored as string[] | undefined) ?? [])] : [];
      return {
        write: (record) => void written.push(record),
        prepareCommit: () => {
          const committable = { id: `t${(transactions += 1)}`, records: written };
          if (change.early === true) seen.set(committable.id, written);
          if (change.forgets !== true) written = [];
          return {
            committable: change.loses === true && transactions > 1 ? undefined : committable,
            ready: Promise.resolve(),
          };
        },
        snapshot: () => [...written],
      };
    },
    createCommitter: () => ({
      commit: (committable) => {
        const { id, records: committed } = committable as { id: string; records: string[] };
        seen.set(change.repeats === true ? `${id}${seen.size}` : id, committed);
        return Promise.resolve();
      },
    }),
  };
  return { sink, read: () => [...seen.values()].flat() };
}

test('a sink that conforms is told what was checked', async () => {
  const checked = await checkSink(() => world({}), { records });
  expect(checked).toHaveLength(9);
});

test.each([
  ['shows nothing before its commit', { early: true }],
  ['commits twice as once', { repeats: true }],
  ['commits twice as once', { forgets: true }],
  ['commits twice as once', { loses: true }],
] as const)('a sink that breaks a rule is found out: it %s', async (rule, change) => {
  const checked = checkSink(() => world(change), { records });
  await expect(checked).rejects.toMatchObject({ code: 'connector-not-conformant', details: { rule } });
});

test('a sink without state or phases conforms if it may repeat, and not if it must not', async () => {
  const make = (): SinkUnderTest<string> => {
    const seen: string[] = [];
    return {
      sink: { kind: 'plain', createWriter: () => ({ write: (record) => void seen.push(record) }) },
      read: () => seen,
    };
  };
  expect(await checkSink(make, { records, guarantee: 'at-least-once' })).toContain('writes all records');
  await expect(checkSink(make, { records })).rejects.toMatchObject({
    details: { rule: 'drops what no cut holds' },
  });
});
