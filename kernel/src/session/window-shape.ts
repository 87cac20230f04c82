import type { StreamNode } from 'tidemark/session';
import type { WindowLayout } from '../views/charts/chart-spec.ts';
import type { WindowShape } from '../views/materialize/window-rows.ts';

/**
 * How the windows lie whose results a view shows: what the graph knows of the operator right behind it. `undefined` if that is
 * not a windowed one.
 */
export function windowShape(view: StreamNode): WindowShape | undefined {
  const edge = view.inputs[0];
  if (!edge || edge.sideOutput !== undefined) return undefined;
  if (edge.from.kind === 'sql-view')
    return tableShape(edge.from.parameters['windows'] as TableWindows | undefined);
  if (edge.from.kind !== 'window') return undefined;
  const { assigner, size, slide, offset, gap, aggregation, field } = edge.from.parameters;
  const layout = /Session/.test(String(assigner)) ? 'session' : slide === undefined ? 'tumbling' : 'sliding';
  const measured =
    aggregation === undefined
      ? {}
      : {
          aggregation: String(aggregation),
          field: typeof field === 'string' || typeof field === 'number' ? field : undefined,
        };
  const times = { size: ms(size), slide: ms(slide), offset: ms(offset), gap: ms(gap) };
  return { layout, ...times, processingTime: /ProcessingTime/.test(String(assigner)), ...measured };
}

/** What the plan of a query says of its windows. */
interface TableWindows {
  readonly kind?: 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION';
  readonly size?: number;
  readonly step?: number;
  readonly offset?: number;
  readonly time?: 'rowtime' | 'proctime';
  /** The columns that are numbers of the windows. */
  readonly fields: readonly string[];
}

const LAYOUTS: Readonly<Record<NonNullable<TableWindows['kind']>, WindowLayout>> = {
  TUMBLE: 'tumbling',
  HOP: 'sliding',
  CUMULATE: 'cumulating',
  SESSION: 'session',
};

function tableShape(windows: TableWindows | undefined): WindowShape | undefined {
  if (windows === undefined) return undefined;
  const { kind = 'TUMBLE', size, step, offset, time, fields } = windows;
  const processingTime = time === 'proctime';
  const layout = LAYOUTS[kind];
  const [field, ...more] = fields;
  const numbers = { field, ...(more.length === 0 ? {} : { more }) };
  if (layout === 'session') return { layout, gap: size, processingTime, ...numbers };
  return {
    layout,
    size,
    slide: layout === 'tumbling' ? undefined : step,
    offset,
    processingTime,
    ...numbers,
  };
}

function ms(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
