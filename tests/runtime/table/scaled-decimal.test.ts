import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileProjection } from '../../../runtime/src/table/lower/compile-expression.ts';
import { callOf, input, literal, type Expression } from '../../../runtime/src/table/plan/expression.ts';
import { compareDecimals, decimalArithmetic, toDecimal } from '../../../runtime/src/table/types/decimal.ts';
import { BIGINT, BOOLEAN, decimal, type LogicalType } from '../../../runtime/src/table/types/logical-type.ts';
import { holds } from '../property.ts';

/** An expression, and what it gives for a row when each of its steps makes a text. */
interface Case {
  readonly expression: Expression;
  readonly value: string | number | bigint | null;
}

const WHOLE = [7, -12_345, 9_007_199_254_740_991, 9_223_372_036_854_775_807n, null] as const;
const TEXTS = ['0.908', '-12.5', '0', '-0.001', '99999999999999999.25'];
const ROW = [...WHOLE, ...TEXTS];

const scaleOf = ({ type }: Expression): number => (type.name === 'DECIMAL' ? type.scale : 0);
const typeOfText = (text: string): LogicalType => decimal(38, text.split('.')[1]?.length ?? 0);

const leaf: fc.Arbitrary<Case> = fc.oneof(
  fc.nat(WHOLE.length - 1).map((at) => ({ expression: input(at, BIGINT), value: WHOLE[at]! })),
  fc.nat(TEXTS.length - 1).map((at) => ({
    expression: input(WHOLE.length + at, typeOfText(TEXTS[at]!)),
    value: TEXTS[at]!,
  })),
  fc.constantFrom(...TEXTS).map((text) => ({ expression: literal(text, typeOfText(text)), value: text })),
);

function computed(operator: '+' | '-' | '*', a: Case, b: Case, precision: number): Case {
  const [left, right] = [scaleOf(a.expression), scaleOf(b.expression)];
  const scale = operator === '*' ? left + right : Math.max(left, right);
  const type = decimal(Math.max(precision, scale), scale);
  const compute = decimalArithmetic(operator, Math.max(precision, scale), scale);
  return {
    expression: callOf(operator, [a.expression, b.expression], type),
    value: a.value === null || b.value === null ? null : compute(a.value, b.value),
  };
}

const { tree } = fc.letrec<{ tree: Case; node: Case }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, leaf, tie('node')),
  node: fc
    .tuple(
      fc.constantFrom('+' as const, '-' as const, '*' as const),
      tie('tree'),
      tie('tree'),
      fc.constantFrom(6, 15, 20, 38),
    )
    .map(([operator, a, b, precision]) => computed(operator, a, b, precision)),
}));

test('what stays a number within an expression is what text would be', () =>
  holds(
    fc.tuple(tree, tree, fc.constantFrom('+' as const, '*' as const)),
    ([a, b, operator]) => {
      const { expression, value } = computed(operator, a, b, 38);
      expect(compileProjection([expression])(ROW)).toEqual([value]);
      return Promise.resolve();
    },
    2_000,
  ));

test('and compares as that does', () =>
  holds(
    fc.tuple(
      tree,
      tree,
      fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const, '=' as const, '<>' as const),
    ),
    ([a, other, operator]) => {
      const left = computed('+', a, a, 38);
      const scale = scaleOf(left.expression);
      const text = typeof other.value === 'string' ? toDecimal(other.value, 38, scale) : null;
      const right = literal(text, decimal(38, scale));
      const order = left.value === null || text === null ? null : compareDecimals(left.value as string, text);
      const holdsFor = { '<': [-1], '<=': [-1, 0], '>': [1], '>=': [0, 1], '=': [0], '<>': [-1, 1] }[
        operator
      ];
      const comparison = callOf(operator, [left.expression, right], BOOLEAN);
      expect(compileProjection([comparison])(ROW)).toEqual([
        order === null ? null : holdsFor.includes(order),
      ]);
      return Promise.resolve();
    },
    1_000,
  ));
