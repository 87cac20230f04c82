import { expect, test } from 'vitest';
import { TransactionIds } from '../../../../runtime/src/connectors/kafka/transaction-ids.ts';

test('an id is used again when a snapshot that was begun after its commit is durable', () => {
  const ids = TransactionIds.of('here', 'reused');
  const [first, second, third] = [ids.take(0), ids.take(0), ids.take(0)];
  expect(new Set([first, second, third]).size).toBe(3);
  ids.prepared(first);
  // The second snapshot begins while the first is being committed: it still knows of it.
  ids.prepared(second);
  ids.committed(first);
  ids.committed(second);
  const fourth = ids.take(0);
  expect([first, second, third]).not.toContain(fourth);
  ids.prepared(third);
  ids.committed(third);
  expect([ids.take(0), ids.take(0)].sort()).toEqual([first, second].sort());
});

test('what was aborted is free at once, subtasks have ids of their own, and a subtask has one writer', () => {
  const ids = TransactionIds.of('here', 'own');
  const id = ids.take(0);
  ids.aborted(id);
  expect(ids.take(1)).not.toBe(id);
  expect(ids.take(0)).toBe(id);
  expect(id.startsWith(ids.prefixOf(0))).toBe(true);
  expect(ids.enter(0)).toBe(true);
  expect(TransactionIds.of('here', 'own').enter(0)).toBe(false);
  ids.leave(0);
  expect(ids.enter(0)).toBe(true);
});
