import type { Recording, SnapshotDiff, StateRow, StateTable, Why } from 'tidemark';
import { clockTime } from '../protocol/index.ts';
import { RowTable } from './row-table.ts';

function when({ start, end, time }: Pick<StateRow, 'start' | 'end' | 'time'>): string {
  if (start !== undefined && end !== undefined) return `${clockTime(start)} to ${clockTime(end, start)}`;
  return time === undefined ? '' : clockTime(time);
}

/** An operator's state, one line a piece. */
export function stateTable({ rows, operator, offset, more }: StateTable): RowTable {
  const lines: Record<string, unknown>[] = rows.map(({ key, state, value, ...times }) => ({
    key,
    state,
    when: when(times),
    value,
  }));
  if (more)
    lines.push({ key: '…', state: `more: { offset: ${offset + rows.length} }`, when: '', value: undefined });
  return new RowTable(lines, `'${operator}' holds no state${offset > 0 ? ' from there on' : ' now'}.`);
}

/** What has changed between two snapshots: views first, then state. */
export function diffTable({ from, to, branches, rows, count }: SnapshotDiff): RowTable {
  const views = branches
    .filter(({ in: where, entries, records = 0 }) => where !== 'both' || entries !== 0 || records !== 0)
    .map(({ branch, in: where, records }) => ({
      branch,
      change: where === 'both' ? 'went on' : where,
      what: records === undefined ? '' : `${records.toLocaleString('en')} records more`,
    }));
  const state = rows.map(({ branch, change, operator, key, state: what, before, after, ...times }) => ({
    branch,
    change,
    what: [operator, what, when(times)].filter((part) => part !== '').join(' '),
    key,
    before,
    after,
  }));
  const more = count > rows.length ? [{ branch: '…', change: `${count - rows.length} more`, what: '' }] : [];
  return new RowTable([...views, ...state, ...more], `Nothing has changed from snapshot ${from} to ${to}.`);
}

/** Why something has not happened: in words, a line a step. */
export function whyTable({ lines }: Why): RowTable {
  return new RowTable([], lines.join('\n'));
}

/** What is recorded, one line a source. */
export function recordingTable({ sources, limits }: Recording): RowTable {
  const time = (date: Date | undefined): string => date?.toISOString().slice(11, 23) ?? '';
  return new RowTable(
    sources.map(({ name, kind, rereadable, records, kept, bytes, from, to, ended }) => ({
      source: name,
      kind,
      records,
      kept: rereadable ? 'all, by position' : `${kept} of at most ${limits.rows}`,
      bytes,
      from: time(from),
      to: time(to),
      ...(ended ? { ended: 'yes' } : {}),
    })),
    'Nothing is recorded yet: no source has been read.',
  );
}
