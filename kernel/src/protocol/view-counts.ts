import { clockTime, LAST_TIME } from './chart-status.ts';
import type { ViewDescription, ViewProgress } from './view.ts';

/** What is counted of a view. */
type Counted = Pick<ViewDescription, 'kind' | 'columns' | 'changes'>;

/** What a view has counted, for people. Every record that came too late is in it, with what became of it. */
export function viewCounts(view: Counted, progress: ViewProgress | undefined, rows = 0): string[] {
  if (progress === undefined) return [];
  const { recordsIn, lateRecords, lateToSideOutput = 0, amendments = 0, watermark } = progress;
  const { kind } = view;
  const parts: readonly [boolean, string][] = [
    [view.changes === true, several(rows, 'row')],
    // Rows that only came, none of which has changed or gone, are counted once.
    [
      kind !== 'watermarks' && !(view.changes === true && recordsIn === rows),
      several(recordsIn, view.changes === true ? 'change' : unitOf(view)),
    ],
    [amendments > 0, `${text(amendments)} amended`],
    [lateToSideOutput > 0, `${text(lateToSideOutput)} late to side output`],
    [lateRecords > lateToSideOutput, `${text(lateRecords - lateToSideOutput)} dropped late`],
  ];
  const counts = parts.filter(([shown]) => shown).map(([, count]) => count);
  // At the end of the stream the view's status says so.
  if (watermark !== undefined && watermark < LAST_TIME && kind !== 'watermarks')
    counts.push(`watermark ${clockTime(watermark)}`);
  return counts;
}

function unitOf({ kind, columns }: Counted): string {
  if (kind === 'windows') return 'result';
  return columns === undefined ? 'record' : 'row';
}

function several(count: number, what: string): string {
  return `${text(count)} ${what}${count === 1 ? '' : 's'}`;
}

function text(count: number): string {
  return count.toLocaleString('en');
}
