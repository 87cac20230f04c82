import type { StreamNode } from 'tidemark/session';
import type { WindowShape } from '../views/materialize/window-rows.ts';

/**
 * How the windows lie whose results a view shows: what the graph knows of the operator right behind it. `undefined` if that is
 * not a windowed one.
 */
export function windowShape(view: StreamNode): WindowShape | undefined {
  const edge = view.inputs[0];
  if (!edge || edge.sideOutput !== undefined || edge.from.kind !== 'window') return undefined;
  const { assigner, size, slide, offset, gap, aggregation, field } = edge.from.parameters;
  const layout = /Session/.test(String(assigner)) ? 'session' : slide === undefined ? 'tumbling' : 'sliding';
  const measured =
    aggregation === undefined
      ? {}
      : {
          aggregation: String(aggregation),
          field: typeof field === 'string' || typeof field === 'number' ? field : undefined,
        };
  return { layout, size: ms(size), slide: ms(slide), offset: ms(offset), gap: ms(gap), ...measured };
}

function ms(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
