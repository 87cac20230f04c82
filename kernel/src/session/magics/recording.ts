import type { Recording } from 'tidemark';
import { RowTable } from '../../display/row-table.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%recording` lists what is recorded of each source, as `env.recording()` does. */
export const recording: Magic = {
  name: '%recording',
  run: (context) => recordingTable(callEnv('%recording', context, 'recording') as Recording),
};

/** One line a source. */
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
