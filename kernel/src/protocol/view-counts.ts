import { clockTime } from './chart-status.ts';
import type { ViewDescription, ViewProgress } from './view.ts';

/** What a view has counted, for people. Every record that came too late is in it, with what became of it. */
export function viewCounts(kind: ViewDescription['kind'], progress: ViewProgress | undefined): string[] {
  if (progress === undefined) return [];
  const { recordsIn, lateRecords, lateToSideOutput = 0, amendments = 0, watermark } = progress;
  const results = kind === 'windows' ? 'results' : 'records';
  const parts: readonly [boolean, string][] = [
    [kind !== 'watermarks', `${text(recordsIn)} ${results}`],
    [amendments > 0, `${text(amendments)} amended`],
    [lateToSideOutput > 0, `${text(lateToSideOutput)} late to side output`],
    [lateRecords > lateToSideOutput, `${text(lateRecords - lateToSideOutput)} dropped late`],
  ];
  const counts = parts.filter(([shown]) => shown).map(([, count]) => count);
  if (watermark !== undefined && kind !== 'watermarks') counts.push(`watermark ${clockTime(watermark)}`);
  return counts;
}

function text(count: number): string {
  return count.toLocaleString('en');
}
