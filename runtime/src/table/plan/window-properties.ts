import type { Relation } from './relation.ts';

/** Columns that hold the start, end and time of the window that a row is in. */
export interface WindowProperties {
  readonly start: ReadonlySet<number>;
  readonly end: ReadonlySet<number>;
  readonly time: ReadonlySet<number>;
  readonly domain: 'rowtime' | 'proctime';
  /** True if start and end are of the local time zone. */
  readonly local: boolean;
}

/** What of a relation's columns is a window's; `undefined` if its rows are in none. */
export function windowProperties(relation: Relation): WindowProperties | undefined {
  switch (relation.kind) {
    case 'window-table': {
      const first = relation.input.columns.length;
      return {
        start: new Set([first]),
        end: new Set([first + 1]),
        time: new Set([first + 2]),
        domain: relation.window.time,
        local: relation.input.columns[relation.window.timeColumn]!.type.name === 'TIMESTAMP_LTZ',
      };
    }
    case 'window-aggregate': {
      const first = relation.keys.length + relation.calls.length;
      const of = (wanted: string) =>
        new Set(relation.properties.flatMap((property, at) => (property === wanted ? [first + at] : [])));
      const { windowing } = relation;
      const domain = windowing.kind === 'assigned' ? windowing.window.time : windowing.time;
      const local =
        windowing.kind === 'assigned'
          ? relation.input.columns[windowing.window.timeColumn]!.type.name === 'TIMESTAMP_LTZ'
          : windowing.local;
      return { start: of('start'), end: of('end'), time: of('time'), domain, local };
    }
    case 'filter':
    case 'unnest':
    case 'lookup-join':
    case 'over':
    case 'window-rank':
      return windowProperties(relation.input);
    case 'window-join':
      return windowProperties(relation.left);
    case 'project': {
      const inner = windowProperties(relation.input);
      if (inner === undefined) return undefined;
      const of = (columns: ReadonlySet<number>) =>
        new Set(
          relation.expressions.flatMap((expression, at) =>
            expression.kind === 'input' && columns.has(expression.index) ? [at] : [],
          ),
        );
      return {
        start: of(inner.start),
        end: of(inner.end),
        time: of(inner.time),
        domain: inner.domain,
        local: inner.local,
      };
    }
    case 'expand': {
      // A key that is of every grouping set stays what it is.
      const inner = windowProperties(relation.input);
      if (inner === undefined) return undefined;
      const of = (columns: ReadonlySet<number>) =>
        new Set(
          relation.columns.flatMap((_, at) => {
            const always = relation.projections.every((projection) => {
              const expression = projection[at]!;
              return expression.kind === 'input' && columns.has(expression.index);
            });
            return always ? [at] : [];
          }),
        );
      return { ...inner, start: of(inner.start), end: of(inner.end), time: of(inner.time) };
    }
    default:
      return undefined;
  }
}
