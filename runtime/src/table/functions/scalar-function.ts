import type { Implementation } from '../plan/expression.ts';
import {
  isInteger,
  isNumeric,
  isTimePoint,
  sameType,
  showType,
  STRING,
  type LogicalType,
} from '../types/logical-type.ts';
import { commonType } from '../types/common-type.ts';

/** How the arguments of a call fit a function. */
export interface BoundFunction {
  /** What each argument is to be cast to. */
  readonly args: readonly LogicalType[];
  readonly type: LogicalType;
  /** Absent for an operator under another name. */
  readonly implementation?: Implementation;
  readonly operator?: string;
}

/** The values of the arguments that are written out; for any other an object that is no value. */
export type Literals = readonly unknown[];

/** A function of a row's values. */
export interface ScalarFunction {
  readonly name: string;
  /** As `f(a, b)`, for messages and completion. */
  readonly signature: string;
  /** `undefined` if it takes no such arguments. */
  readonly bind: (types: readonly LogicalType[], literals?: Literals) => BoundFunction | undefined;
}

/** What a parameter takes. */
export type Parameter =
  LogicalType | 'number' | 'integer' | 'any' | 'time' | 'array' | 'map' | 'symbol' | 'common';

export interface FunctionOptions {
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  /** True if the last parameter may come again. */
  readonly rest?: boolean;
  /** True if it is called with NULLs too. */
  readonly takesNull?: boolean;
  readonly volatile?: boolean;
}

type Result = LogicalType | ((types: readonly LogicalType[], literals: Literals) => LogicalType | undefined);

/** A function of given parameters; its result's type is fixed, or worked out from the arguments' types. */
export function scalar(
  name: string,
  parameters: readonly Parameter[],
  result: Result,
  evaluate:
    | ((...args: never[]) => unknown)
    | ((types: readonly LogicalType[], literals: Literals) => (...args: never[]) => unknown),
  options: FunctionOptions & { readonly typed?: boolean } = {},
): ScalarFunction {
  const { optional = 0, rest = false } = options;
  return {
    name,
    signature: `${name}(${parameters.map(showParameter).join(', ')}${rest ? ', …' : ''})`,
    bind: (types, literals = []) => {
      if (types.length < parameters.length - optional) return undefined;
      if (types.length > parameters.length && !rest) return undefined;
      const of = (at: number) => parameters[Math.min(at, parameters.length - 1)]!;
      const shared = types.filter((_, at) => of(at) === 'common');
      const common = shared.reduce<LogicalType | undefined>((a, b) => a && commonType(a, b), shared[0]);
      const args: LogicalType[] = [];
      for (const [at, type] of types.entries()) {
        const target = of(at) === 'common' ? common : acceptedAs(of(at), type);
        if (target === undefined) return undefined;
        args.push(target);
      }
      const type = typeof result === 'function' ? result(args, literals) : result;
      if (type === undefined) return undefined;
      const made =
        options.typed === true
          ? (
              evaluate as (types: readonly LogicalType[], literals: Literals) => (...args: never[]) => unknown
            )(args, literals)
          : evaluate;
      return {
        args,
        type,
        implementation: {
          evaluate: made as (...args: never[]) => unknown,
          strict: options.takesNull !== true,
          ...(options.volatile === true ? { volatile: true } : {}),
        },
      };
    },
  };
}

function acceptedAs(parameter: Parameter, type: LogicalType): LogicalType | undefined {
  const isNull = type.name === 'NULL' || type.name === 'ANY';
  switch (parameter) {
    case 'any':
    case 'common':
      return type;
    case 'number':
      return isNull || isNumeric(type) ? type : undefined;
    case 'integer':
      return isNull || isInteger(type) ? type : undefined;
    case 'time':
      return isNull || isTimePoint(type) ? type : undefined;
    case 'array':
      return isNull || type.name === 'ARRAY' || type.name === 'MULTISET' ? type : undefined;
    case 'map':
      return isNull || type.name === 'MAP' ? type : undefined;
    case 'symbol':
      return type.name === 'SYMBOL' ? type : undefined;
    default:
  }
  if (isNull || sameType(parameter, type)) return parameter;
  if (parameter.name === 'STRING') return type.name === 'STRING' ? STRING : undefined;
  const common = commonType(parameter, type);
  if (common === undefined) return undefined;
  // A number given for a DOUBLE becomes one; a DOUBLE given for a whole number does not.
  return sameType(common, parameter) || (isInteger(parameter) && isInteger(type)) ? parameter : undefined;
}

function showParameter(parameter: Parameter): string {
  return typeof parameter === 'string' ? parameter : showType(parameter);
}
