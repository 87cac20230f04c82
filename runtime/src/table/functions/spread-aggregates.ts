import { castFunction } from '../types/cast.ts';
import { decimal, DOUBLE, isNumeric, type LogicalType } from '../types/logical-type.ts';
import type { AggregateFunctionDefinition, Aggregator } from './aggregate-function.ts';

/** Count, mean and the sum of squared distances from it, kept by Welford's method: values may be taken back. */
type Moments = [count: number, mean: number, distances: number];

function add(held: unknown, value: number): unknown {
  const moments = held as Moments;
  const before = value - moments[1];
  moments[1] += before / ++moments[0];
  moments[2] += before * (value - moments[1]);
  return moments;
}

function retract(held: unknown, value: number): unknown {
  const moments = held as Moments;
  if (--moments[0] <= 0) return moments.fill(0);
  const before = value - moments[1];
  moments[1] -= before / moments[0];
  moments[2] -= before * (value - moments[1]);
  return moments;
}

function merge(a: unknown, b: unknown): unknown {
  const [count, mean, distances] = a as Moments;
  const [more, other, further] = b as Moments;
  const all = count + more;
  if (all === 0) return a;
  const apart = other - mean;
  return [all, mean + (apart * more) / all, distances + further + (apart * apart * count * more) / all];
}

function spread(
  name: string,
  divisor: (count: number) => number,
  finish: (variance: number) => number,
): AggregateFunctionDefinition {
  return {
    name,
    signature: `${name}(number)`,
    bind: (types) => {
      const [of] = types;
      if (types.length !== 1 || !isNumeric(of!)) return undefined;
      const type = resultType(of!);
      const cast = castFunction(DOUBLE, type, false);
      const result = (held: unknown) => {
        const [count, , distances] = held as Moments;
        const by = divisor(count);
        return by <= 0 ? null : cast(finish(Math.max(0, distances / by)));
      };
      const aggregator: Aggregator = {
        ignoresNull: true,
        create: (): Moments => [0, 0, 0],
        add: (held, value) => add(held, value as number),
        retract: (held, value) => retract(held, value as number),
        merge,
        result,
      };
      return { args: [DOUBLE], type, create: () => aggregator };
    },
  };
}

/** That of the average: of whole numbers a whole number, its fraction cut off. */
function resultType(type: LogicalType): LogicalType {
  return type.name === 'DECIMAL' ? decimal(38, Math.max(6, type.scale)) : type;
}

const itself = (variance: number) => variance;

/** Aggregates of how far values are apart. */
export const spreadAggregates: readonly AggregateFunctionDefinition[] = [
  ...['STDDEV_SAMP', 'STDDEV'].map((name) => spread(name, (count) => count - 1, Math.sqrt)),
  spread('STDDEV_POP', (count) => count, Math.sqrt),
  ...['VAR_SAMP', 'VARIANCE'].map((name) => spread(name, (count) => count - 1, itself)),
  spread('VAR_POP', (count) => count, itself),
];
