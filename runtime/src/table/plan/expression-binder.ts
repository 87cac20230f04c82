import { badSql, notSupported, typeMismatch, unknownFunction } from '../sql-errors.ts';
import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { CallNode, ExpressionNode, QueryNode } from '../parse/ast.ts';
import { canCast } from '../types/cast.ts';
import { arithmeticType, commonTypeOf } from '../types/common-type.ts';
import {
  BOOLEAN, DOUBLE, isApproximate, isInteger, isInterval, isNumeric, isTimePoint, NULL, showType, STRING, TIMESTAMP,
  TIMESTAMP_LTZ, DATE, INT, TIME, type LogicalType,
} from '../types/logical-type.ts'; // prettier-ignore
import { coerce, coerceBoth } from './coerce.ts';
import { callOf, literal, type Expression } from './expression.ts';
import { fieldOf, type Scope } from './scope.ts';

/** What an expression may hold besides columns and functions, and what becomes of it. */
export interface BinderHooks {
  /** An aggregate, or a function with OVER. */
  readonly aggregate?: (call: CallNode) => Expression;
  readonly over?: (call: CallNode) => Expression;
  readonly scalarQuery?: (query: QueryNode) => Expression;
  /** A function that the place gives a meaning of its own, such as TUMBLE_START. */
  readonly special?: (call: CallNode) => Expression | undefined;
}

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);
const TESTS = ['IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE'];
/** Functions of the clock. */
const CLOCK: Readonly<Record<string, LogicalType>> = {
  PROCTIME: TIMESTAMP_LTZ,
  CURRENT_TIMESTAMP: TIMESTAMP_LTZ,
  NOW: TIMESTAMP_LTZ,
  CURRENT_ROW_TIMESTAMP: TIMESTAMP_LTZ,
  LOCALTIMESTAMP: TIMESTAMP,
  CURRENT_DATE: DATE,
  CURRENT_TIME: TIME,
  LOCALTIME: TIME,
};

/** Looks up what an expression's names mean, and makes its types fit. */
export class ExpressionBinder {
  readonly #functions: FunctionCatalog;
  readonly #scope: Scope;
  readonly #hooks: BinderHooks;

  constructor(functions: FunctionCatalog, scope: Scope, hooks: BinderHooks = {}) {
    this.#functions = functions;
    this.#scope = scope;
    this.#hooks = hooks;
  }

  bind(node: ExpressionNode): Expression {
    switch (node.kind) {
      case 'literal':
        return literal(node.value, node.type);
      case 'column': {
        const [only, more] = node.path;
        const word = more === undefined ? only!.name.toUpperCase() : '';
        if ((word in CLOCK || word === 'PI') && this.#scope.tryResolve(node.path) === undefined)
          return word === 'PI' ? literal(Math.PI, DOUBLE) : this.#clock(word, CLOCK[word]!);
        return this.#scope.resolve(node.path);
      }
      case 'field':
        return fieldOf(this.bind(node.operand), node.field);
      case 'call':
        return this.#call(node);
      case 'cast':
        return this.#cast(node);
      case 'case':
        return this.#case(node);
      case 'in-list':
        return this.#inList(node);
      case 'symbol':
        return literal(node.value, { name: 'SYMBOL' });
      case 'scalar-query':
        if (this.#hooks.scalarQuery !== undefined) return this.#hooks.scalarQuery(node.query);
        throw notSupported('A sub-query here', 'Join with it instead.', node.at);
      case 'exists':
      case 'in-query':
        throw notSupported(
          'A sub-query of IN or EXISTS here',
          'It may be a condition of WHERE by itself, joined to others by AND.',
          node.at,
        );
      case 'star':
        throw badSql(
          'sql-syntax',
          '* stands for columns, not for a value.',
          'It may stand in SELECT, or in COUNT(*).',
          node.at,
        );
    }
  }

  /** A condition. */
  bindBoolean(node: ExpressionNode, what: string): Expression {
    const bound = this.bind(node);
    if (bound.type.name === 'BOOLEAN') return bound;
    if (bound.type.name === 'NULL' || bound.type.name === 'ANY') return coerce(bound, BOOLEAN);
    throw typeMismatch(what, [showType(bound.type)], 'It takes a condition: a BOOLEAN.', node.at);
  }

  #clock(name: string, type: LogicalType): Expression {
    return callOf(name, [], type);
  }

  #call(node: CallNode): Expression {
    const { name, args, at } = node;
    if (node.over !== undefined) {
      if (this.#hooks.over !== undefined) return this.#hooks.over(node);
      throw notSupported('OVER here', 'It may stand in SELECT.', at);
    }
    if (name === 'AND' || name === 'OR') {
      return callOf(
        name,
        args.map((arg) => this.bindBoolean(arg, name)),
        BOOLEAN,
      );
    }
    if (name === 'NOT') return callOf('NOT', [this.bindBoolean(args[0]!, 'NOT')], BOOLEAN);
    if (name === 'IS NULL' || name === 'IS NOT NULL') return callOf(name, [this.bind(args[0]!)], BOOLEAN);
    if (TESTS.includes(name)) return callOf(name, [this.bindBoolean(args[0]!, name)], BOOLEAN);
    if (COMPARISONS.has(name)) {
      const both = coerceBoth(name, this.bind(args[0]!), this.bind(args[1]!), at);
      return callOf(name, both, BOOLEAN);
    }
    if (ARITHMETIC.has(name)) return this.#arithmetic(name, this.bind(args[0]!), this.bind(args[1]!), node);
    if (name === '||') {
      const texts = args.map((arg) => this.bind(arg));
      if (texts.some(({ type }) => type.name !== 'STRING' && type.name !== 'NULL')) {
        throw typeMismatch(
          '||',
          texts.map(({ type }) => showType(type)),
          'It joins texts: CAST(… AS STRING).',
          at,
        );
      }
      return callOf(
        '||',
        texts.map((text) => coerce(text, STRING)),
        STRING,
      );
    }
    if (name === 'NEGATE') return this.#negate(node);
    if (name === 'ITEM') return this.#item(node);
    return this.#functionCall(node);
  }

  #functionCall(node: CallNode): Expression {
    const { at } = node;
    const name = node.name.toUpperCase();
    const special = this.#hooks.special?.(node);
    if (special !== undefined) return special;
    if (name in CLOCK && node.args.length === 0) return this.#clock(name, CLOCK[name]!);
    if (this.#functions.aggregate(name) !== undefined && this.#functions.scalars(name).length === 0) {
      if (this.#hooks.aggregate !== undefined) return this.#hooks.aggregate(node);
      throw badSql(
        'aggregate-misplaced',
        `${name} sums up many rows, and here is one.`,
        'It may stand in SELECT, HAVING and ORDER BY.',
        at,
      );
    }
    const args = node.args.map((arg, index) => (isUnit(name, index, arg) ? unitOf(arg) : this.bind(arg)));
    switch (name) {
      case 'COALESCE': {
        const type = this.#common(name, args, node);
        return callOf(
          name,
          args.map((arg) => coerce(arg, type)),
          type,
        );
      }
      case 'ROW':
        return callOf(name, args, {
          name: 'ROW',
          fields: args.map(({ type }, index) => ({ name: `f${index}`, type })),
        });
      case 'ARRAY': {
        const element = args.length === 0 ? NULL : this.#common(name, args, node);
        return callOf(
          name,
          args.map((arg) => coerce(arg, element)),
          { name: 'ARRAY', element },
        );
      }
      case 'MAP': {
        if (args.length % 2 !== 0) {
          throw badSql(
            'sql-syntax',
            'MAP[…] takes keys and values by turns.',
            'A column called map is written in back-ticks.',
            at,
          );
        }
        const keys = args.filter((_, index) => index % 2 === 0);
        const values = args.filter((_, index) => index % 2 === 1);
        const key = keys.length === 0 ? NULL : this.#common(name, keys, node);
        const value = values.length === 0 ? NULL : this.#common(name, values, node);
        const typed = args.map((arg, index) => coerce(arg, index % 2 === 0 ? key : value));
        return callOf(name, typed, { name: 'MAP', key, value }, { evaluate: mapOf as never, strict: false });
      }
      case 'TYPEOF':
        return literal(showType(args[0]!.type), STRING);
      default:
    }
    const candidates = this.#functions.scalars(name);
    if (candidates.length === 0) throw unknownFunction(node.name, this.#functions.names, at);
    for (const candidate of candidates) {
      const bound = candidate.bind(
        args.map(({ type }) => type),
        args.map((arg) => (arg.kind === 'literal' ? arg.value : arg)),
      );
      if (bound === undefined) continue;
      const typed = args.map((arg, index) =>
        arg.type.name === 'SYMBOL' ? arg : coerce(arg, bound.args[index]!),
      );
      return callOf(bound.operator ?? name, typed, bound.type, bound.implementation);
    }
    throw typeMismatch(
      name,
      args.length === 0
        ? ['no arguments']
        : args.filter(({ type }) => type.name !== 'SYMBOL').map(({ type }) => showType(type)),
      `It takes ${candidates.map(({ signature }) => signature).join(' or ')}.`,
      at,
    );
  }

  #common(what: string, args: readonly Expression[], node: CallNode): LogicalType {
    const type = commonTypeOf(args.map((arg) => arg.type));
    if (type !== undefined) return type;
    throw typeMismatch(
      what,
      args.map((arg) => showType(arg.type)),
      'Bring them to one type: CAST(… AS …).',
      node.at,
    );
  }

  #arithmetic(operator: string, left: Expression, right: Expression, node: CallNode): Expression {
    const [a, b] = [left.type, right.type];
    const mismatch = () => {
      const next =
        isTimePoint(a) && isTimePoint(b)
          ? 'TIMESTAMPDIFF(SECOND, a, b) is the time between two points.'
          : `${operator} computes with numbers, or with times and intervals: CAST(… AS …).`;
      return typeMismatch(operator, [showType(a), showType(b)], next, node.at);
    };
    if (a.name === 'NULL' && b.name === 'NULL') return literal(null, NULL);
    if (a.name === 'NULL') return literal(null, b);
    if (b.name === 'NULL') return literal(null, a);
    if (a.name === 'ANY' || b.name === 'ANY')
      return this.#arithmetic(operator, coerceAny(left), coerceAny(right), node);
    if (isNumeric(a) && isNumeric(b)) {
      const type = arithmeticType(operator, a, b);
      // Exact numbers are computed with as they are, whatever their digits.
      return callOf(
        operator,
        isApproximate(type) ? [coerce(left, type), coerce(right, type)] : [left, right],
        type,
      );
    }
    const plusMinus = operator === '+' || operator === '-';
    if (plusMinus && isTimePoint(a) && isInterval(b)) {
      return callOf(operator, [left, right], a);
    }
    if (operator === '+' && isInterval(a) && isTimePoint(b)) return callOf(operator, [left, right], b);
    if (plusMinus && isInterval(a) && a.name === b.name) return callOf(operator, [left, right], a);
    if ((operator === '*' || operator === '/') && isInterval(a) && isNumeric(b))
      return callOf(operator, [left, coerce(right, DOUBLE)], a);
    if (operator === '*' && isNumeric(a) && isInterval(b))
      return callOf(operator, [coerce(left, DOUBLE), right], b);
    throw mismatch();
  }

  #negate(node: CallNode): Expression {
    const operand = this.bind(node.args[0]!);
    const { type } = operand;
    if (!isNumeric(type) && !isInterval(type))
      throw typeMismatch('-', [showType(type)], 'It takes a number or an interval.', node.at);
    if (operand.kind === 'literal' && operand.value !== null) {
      const { value } = operand;
      return literal(
        typeof value === 'string' ? negatedText(value) : value === 0 ? 0 : -(value as number),
        // The lowest INT is written as what is no INT without its sign.
        value === 2 ** 31 && type.name === 'BIGINT' ? INT : type,
      );
    }
    return callOf('NEGATE', [operand], type);
  }

  #item(node: CallNode): Expression {
    const [operand, index] = node.args.map((arg) => this.bind(arg)) as [Expression, Expression];
    const { type } = operand;
    if (
      type.name === 'ARRAY' &&
      isInteger(index.type) &&
      index.kind === 'literal' &&
      Number(index.value) < 1 &&
      index.value !== null
    )
      throw badSql(
        'sql-syntax',
        `An array has no element ${String(index.value)}.`,
        'The first is [1].',
        node.args[1]!.at,
      );
    if (type.name === 'ARRAY' && isInteger(index.type)) return callOf('ITEM', [operand, index], type.element);
    if (type.name === 'MAP') return callOf('ITEM', [operand, coerce(index, type.key)], type.value);
    if (type.name === 'ANY') return callOf('ITEM', [operand, index], type);
    throw typeMismatch(
      '[…]',
      [showType(type), showType(index.type)],
      'It takes an ARRAY and a place from 1, or a MAP and a key.',
      node.at,
    );
  }

  #cast(node: ExpressionNode & { readonly kind: 'cast' }): Expression {
    const operand = this.bind(node.operand);
    if (!canCast(operand.type, node.type)) {
      throw typeMismatch(
        'CAST',
        [showType(operand.type), showType(node.type)],
        'There is no way between these types.',
        node.at,
      );
    }
    return callOf(node.safe ? 'TRY_CAST' : 'CAST', [operand], node.type);
  }

  #case(node: ExpressionNode & { readonly kind: 'case' }): Expression {
    const conditions = node.branches.map(([when]) => {
      if (node.operand === undefined) return this.bindBoolean(when, 'CASE');
      return callOf('=', coerceBoth('CASE', this.bind(node.operand), this.bind(when), when.at), BOOLEAN);
    });
    const results = [
      ...node.branches.map(([, then]) => then),
      ...(node.otherwise === undefined ? [] : [node.otherwise]),
    ].map((result) => this.bind(result));
    const type = commonTypeOf(results.map((result) => result.type));
    if (type === undefined) {
      throw typeMismatch(
        'CASE',
        results.map((result) => showType(result.type)),
        'Its results have one type: CAST(… AS …).',
        node.at,
      );
    }
    const typed = results.map((result) => coerce(result, type));
    const args = conditions.flatMap((condition, at) => [condition, typed[at]!]);
    return callOf(
      'CASE',
      [...args, node.otherwise === undefined ? literal(null, type) : typed.at(-1)!],
      type,
    );
  }

  #inList(node: ExpressionNode & { readonly kind: 'in-list' }): Expression {
    const operand = this.bind(node.operand);
    const list = node.list.map((item) => this.bind(item));
    let common = operand;
    for (const item of list) [common] = coerceBoth('IN', common, item, node.at);
    const found = callOf('IN', [common, ...list.map((item) => coerce(item, common.type))], BOOLEAN);
    return node.not ? callOf('NOT', [found], BOOLEAN) : found;
  }
}

/** Where a word such as DAY is a unit of time, not a column. */
function isUnit(name: string, index: number, arg: ExpressionNode): boolean {
  return (name === 'TIMESTAMPDIFF' || name === 'TIMESTAMPADD') && index === 0 && arg.kind === 'column';
}

function unitOf(arg: ExpressionNode): Expression {
  const { path } = arg as { path: readonly { name: string }[] };
  return literal(path[0]!.name.toUpperCase().replace(/S$/, ''), { name: 'SYMBOL' });
}

function negatedText(text: string): string {
  if (!/[1-9]/.test(text)) return text;
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}

function coerceAny(side: Expression): Expression {
  return side.type.name === 'ANY' ? { ...side, type: DOUBLE } : side;
}

function mapOf(...args: unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let at = 0; at + 1 < args.length; at += 2) map.set(args[at], args[at + 1]);
  return map;
}
