import type { CellOutcome } from 'tidemark/session';
import { RowTable } from '../display/row-table.ts';
import { clockTime } from '../protocol/index.ts';
import { flushOutput } from './output.ts';
import { postToKernel } from './outbox.ts';

type Change = CellOutcome['changes'][number];

const SAID: Readonly<Record<Change['change'], string>> = {
  kept: 'kept',
  rebuilt: 'rebuilt from the recording',
  carried: 'edited, keeps its state',
  resumed: 'goes on from a snapshot',
  restored: 'starts from a savepoint',
  retired: 'retired',
  new: 'new',
};

/**
 * Says under a cell what it kept, rebuilt and retired (law 4), as a table and as data. A first run, and one that changed
 * nothing, have nothing to say.
 */
export function showReport(run: number, { changes }: CellOutcome): void {
  if (changes.every(({ change }) => change === 'kept' || change === 'new')) return;
  const table = new RowTable(changes.map(row), '');
  flushOutput();
  postToKernel({
    type: 'display',
    run,
    update: false,
    id: undefined,
    shown: { data: table.bundle(), metadata: { tidemark: { changes } } },
  });
}

/** What is said of a branch that begins at a savepoint. */
const FROM_SAVEPOINT: Readonly<Partial<Record<Change['change'], string>>> = {
  restored: 'starts from a savepoint',
  rebuilt: 'rebuilt from the savepoint and the recording',
};

function row({ name, change, changed, cell, replays, savepoint }: Change) {
  const range = replays && `${clockTime(replays.from)} to ${clockTime(replays.to, replays.from)}`;
  const replayed = replays ? `${replays.records.toLocaleString('en')} records, ${range}` : '';
  return {
    'view or sink': name,
    'this run': (savepoint && FROM_SAVEPOINT[change]) ?? SAID[change],
    replays: replayed,
    ...(savepoint !== undefined && change in FROM_SAVEPOINT ? { savepoint } : {}),
    ...(changed === undefined ? {} : { changed: changed.join(', ') }),
    ...(cell === undefined ? {} : { cell }),
  };
}
