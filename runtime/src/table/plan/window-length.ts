import type { Relation, WindowSpecification } from './relation.ts';

/** How long each window is that rows of a relation are in, ms, so that its start is known by its end; `undefined` if that differs. */
export function windowLength(relation: Relation): number | undefined {
  switch (relation.kind) {
    case 'window-table':
      return lengthOf(relation.window);
    case 'window-aggregate':
      return relation.windowing.kind === 'assigned'
        ? lengthOf(relation.windowing.window)
        : windowLength(relation.input);
    case 'project':
    case 'filter':
    case 'window-rank':
      return windowLength(relation.input);
    case 'window-join':
      return windowLength(relation.left);
    default:
      return undefined;
  }
}

function lengthOf({ kind, size }: WindowSpecification): number | undefined {
  return kind === 'TUMBLE' || kind === 'HOP' ? size : undefined;
}
