import { isNumeric } from '../types/logical-type.ts';
import { inputsOf as columnsOf, type Expression } from './expression.ts';
import { inputsOf, type Relation, type WindowAggregate, type WindowSpecification } from './relation.ts';
import { windowProperties } from './window-properties.ts';

/** A table whose rows are numbers of windows: which of its columns say what. Of windows of one length start or end may be missing. */
export interface WindowSeries {
  readonly keys: readonly number[];
  readonly start: number | undefined;
  readonly end: number | undefined;
  /** The aggregates that are numbers, and what is computed of them: at least one. */
  readonly measures: readonly number[];
  /** True if start and end are of the local time zone. */
  readonly local: boolean;
  /** How the windows lie, where the plan says so. */
  readonly window: WindowSpecification | undefined;
}

/** What a column of a window aggregate is. A key is the number of the group key it comes from. */
type Role = { readonly key: number } | 'measure' | 'start' | 'end' | undefined;

interface Traced {
  readonly aggregate: WindowAggregate;
  readonly roles: readonly Role[];
}

/**
 * The series of a window aggregation that shows its windows, its keys and a number; `undefined` of any other table. With a key left out
 * of the output rows of one window could not be told apart.
 */
export function windowSeries(relation: Relation): WindowSeries | undefined {
  const traced = trace(relation);
  if (traced === undefined) return undefined;
  const { aggregate, roles } = traced;
  const window = specification(aggregate);
  const start = column(roles, 'start');
  const end = column(roles, 'end');
  // One of the two is enough where all windows are of one length.
  const known =
    window?.kind === 'TUMBLE' || window?.kind === 'HOP'
      ? (start ?? end)
      : start === undefined
        ? undefined
        : end;
  const measures = roles.flatMap((role, at) =>
    role === 'measure' && isNumeric(relation.columns[at]!.type) ? [at] : [],
  );
  if (known === undefined || measures.length === 0) return undefined;
  const keys = roles.flatMap((role, at) => (typeof role === 'object' ? [at] : []));
  const shown = new Set(roles.flatMap((role) => (typeof role === 'object' ? [role.key] : [])));
  if (aggregate.keys.some((_, at) => !shown.has(at))) return undefined;
  const local = windowProperties(aggregate)?.local === true;
  return { keys, start, end, measures, local, window };
}

function column(roles: readonly Role[], role: 'start' | 'end'): number | undefined {
  const at = roles.indexOf(role);
  return at < 0 ? undefined : at;
}

function trace(relation: Relation): Traced | undefined {
  switch (relation.kind) {
    case 'window-aggregate': {
      const roles: Role[] = [
        ...relation.keys.map((_, at): Role => ({ key: at })),
        ...relation.calls.map((): Role => 'measure'),
        ...relation.properties.map((property): Role => (property === 'time' ? undefined : property)),
      ];
      return { aggregate: relation, roles };
    }
    case 'filter':
      return trace(relation.input);
    case 'window-rank': {
      const inner = trace(relation.input);
      return inner && { ...inner, roles: relation.columns.map((_, at) => inner.roles[at]) };
    }
    case 'project': {
      const inner = trace(relation.input);
      return inner && { ...inner, roles: relation.expressions.map((one) => roleOf(one, inner.roles)) };
    }
    default:
      return undefined;
  }
}

function roleOf(expression: Expression, roles: readonly Role[]): Role {
  if (expression.kind === 'input') return roles[expression.index];
  // What is computed of an aggregate is a number of the window; another value of a key may be the same for two of them.
  return columnsOf(expression).some((column) => roles[column] === 'measure') ? 'measure' : undefined;
}

function specification(relation: Relation): WindowSpecification | undefined {
  if (relation.kind === 'window-table') return relation.window;
  if (relation.kind === 'window-aggregate' && relation.windowing.kind === 'assigned')
    return relation.windowing.window;
  const [input] = inputsOf(relation);
  return input && specification(input);
}
