import type { LaneVertex } from './lane-vertex.ts';

/** The lowest watermark that makes an operator do anything. */
export function nextEventTimeOf(vertices: readonly LaneVertex[]): number {
  let next = Infinity;
  for (const { operator } of vertices)
    if (operator !== undefined) next = Math.min(next, operator.nextEventTime);
  return next;
}

/** Tells a vertex that would hold watermarks back whether nobody behind it could tell. True if it may. */
export function letHold(vertex: LaneVertex): boolean {
  const { operator } = vertex;
  if (operator?.holdsWatermarks !== true) return false;
  operator.mayHold = isUnseen(vertex, false);
  return operator.mayHold;
}

/**
 * A record that is younger than the watermark cannot be late, whichever watermark before that its reader knows. Only an operator
 * that judges records by their time, behind one that may hand on older ones, could tell that a watermark has been held back.
 * @param aged true if records may be older than the one that the source handed on last
 */
function isUnseen({ consumers, sideConsumers }: LaneVertex, aged: boolean): boolean {
  return [...consumers, ...[...sideConsumers.values()].flat()].every(({ vertex }) => {
    const operator = vertex.operator!;
    if (operator.judgesTime && aged) return false;
    return isUnseen(vertex, aged || operator.agesRecords);
  });
}
