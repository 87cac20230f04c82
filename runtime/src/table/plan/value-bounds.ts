import { conjunctsOf, type Expression } from './expression.ts';
import type { Relation } from './relation.ts';

/** What a column's values are known to lie between, both included. */
export interface Bounds {
  readonly lower?: number;
  readonly upper?: number;
}

/** Bounds that conditions and constants of a plan give to a value; DECIMAL as the number next to it. */
export function boundsOf(expression: Expression, input: Relation, filter: Expression | undefined): Bounds {
  const own =
    expression.kind === 'literal'
      ? constant(expression.value)
      : expression.kind === 'input'
        ? boundsOfColumn(input, expression.index)
        : {};
  return filter === undefined || expression.kind !== 'input' ? own : within(own, filter, expression.index);
}

function boundsOfColumn(relation: Relation, column: number): Bounds {
  switch (relation.kind) {
    case 'filter':
      return within(boundsOfColumn(relation.input, column), relation.condition, column);
    case 'project':
      return boundsOf(relation.expressions[column]!, relation.input, undefined);
    default:
      return {};
  }
}

function constant(value: unknown): Bounds {
  const number = numberOf(value);
  return number === undefined ? {} : { lower: number, upper: number };
}

function within(bounds: Bounds, condition: Expression, column: number): Bounds {
  let { lower, upper } = bounds;
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'call' || part.args.length !== 2) continue;
    const [a, b] = part.args as [Expression, Expression];
    const turned = isColumn(b, column);
    const other = turned ? a : b;
    if (!(turned || isColumn(a, column)) || other.kind !== 'literal') continue;
    const value = numberOf(other.value);
    if (value === undefined) continue;
    const operator = turned ? TURNED[part.name] : part.name;
    if (operator === '>' || operator === '>=' || operator === '=') lower = Math.max(lower ?? value, value);
    if (operator === '<' || operator === '<=' || operator === '=') upper = Math.min(upper ?? value, value);
  }
  return { ...(lower === undefined ? {} : { lower }), ...(upper === undefined ? {} : { upper }) };
}

const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function isColumn(expression: Expression, column: number): boolean {
  if (expression.kind === 'call' && expression.name === 'CAST') return isColumn(expression.args[0]!, column);
  return expression.kind === 'input' && expression.index === column;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}
