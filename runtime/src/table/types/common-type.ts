import {
  decimal,
  DOUBLE,
  isApproximate,
  isInteger,
  isInterval,
  isNumeric,
  isTimestamp,
  MAX_PRECISION,
  sameType,
  STRING,
  type LogicalType,
} from './logical-type.ts';

const INTEGER_DIGITS: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19 };
const INTEGER_ORDER = Object.keys(INTEGER_DIGITS);

/** An exact number as a DECIMAL that holds all of its type. */
export function asDecimal(type: LogicalType): { readonly precision: number; readonly scale: number } {
  if (type.name === 'DECIMAL') return type;
  return { precision: INTEGER_DIGITS[type.name] ?? MAX_PRECISION, scale: 0 };
}

/** The type that values of both can be brought to without asking; `undefined` if there is none. */
export function commonType(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (sameType(a, b)) return a;
  if (a.name === 'NULL') return b;
  if (b.name === 'NULL') return a;
  if (a.name === 'ANY' || b.name === 'ANY') return a.name === 'ANY' ? a : b;
  if (isNumeric(a) && isNumeric(b)) return commonNumeric(a, b);
  if (a.name === 'STRING' && b.name === 'STRING') return STRING;
  if (a.name === 'DATE' && isTimestamp(b)) return b;
  if (b.name === 'DATE' && isTimestamp(a)) return a;
  if (isTimestamp(a) && isTimestamp(b)) {
    const precision = Math.max(
      (a as { precision: number }).precision,
      (b as { precision: number }).precision,
    );
    return { name: a.name === b.name ? (a.name as 'TIMESTAMP') : 'TIMESTAMP_LTZ', precision };
  }
  if (a.name === 'TIME' && b.name === 'TIME') return a.precision >= b.precision ? a : b;
  if (isInterval(a) && a.name === b.name) return a;
  if (a.name === 'ARRAY' && b.name === 'ARRAY') {
    const element = commonType(a.element, b.element);
    return element && { name: 'ARRAY', element };
  }
  if (a.name === 'MAP' && b.name === 'MAP') {
    const key = commonType(a.key, b.key);
    const value = commonType(a.value, b.value);
    return key && value && { name: 'MAP', key, value };
  }
  if (a.name === 'ROW' && b.name === 'ROW' && a.fields.length === b.fields.length) {
    const fields = a.fields.map(({ name, type }, at) => ({
      name,
      type: commonType(type, b.fields[at]!.type),
    }));
    if (fields.every((field) => field.type !== undefined)) return { name: 'ROW', fields: fields as never };
  }
  return undefined;
}

export function commonTypeOf(types: readonly LogicalType[]): LogicalType | undefined {
  return types.reduce<LogicalType | undefined>(
    (common, type) => (common === undefined ? undefined : commonType(common, type)),
    types[0],
  );
}

function commonNumeric(a: LogicalType, b: LogicalType): LogicalType {
  if (isApproximate(a) || isApproximate(b)) return a.name === 'FLOAT' && b.name === 'FLOAT' ? a : DOUBLE;
  if (isInteger(a) && isInteger(b)) {
    return INTEGER_ORDER.indexOf(a.name) >= INTEGER_ORDER.indexOf(b.name) ? a : b;
  }
  const left = asDecimal(a);
  const right = asDecimal(b);
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return decimal(Math.min(MAX_PRECISION, whole + scale), scale);
}

/** The type of an arithmetic expression on numbers, by Flink's rules. */
export function arithmeticType(operator: string, a: LogicalType, b: LogicalType): LogicalType {
  // FLOAT stays beside a whole number, and the first of FLOAT and DOUBLE decides.
  if (isApproximate(a) && (isInteger(b) || isApproximate(b))) return a;
  if (isApproximate(b) && isInteger(a)) return b;
  if (isApproximate(a) || isApproximate(b) || (isInteger(a) && isInteger(b)))
    return operator === '%' && isInteger(a) && isInteger(b) ? b : commonNumeric(a, b);
  const { precision: p1, scale: s1 } = asDecimal(a);
  const { precision: p2, scale: s2 } = asDecimal(b);
  switch (operator) {
    case '*':
      return bounded(p1 + p2 + 1, s1 + s2);
    case '/': {
      const scale = Math.max(6, s1 + p2 + 1);
      return bounded(p1 - s1 + s2 + scale, scale);
    }
    case '%':
      return bounded(Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2));
    default: {
      const scale = Math.max(s1, s2);
      return bounded(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
  }
}

/** What does not fit 38 digits loses digits behind the point first, but keeps six of them. */
function bounded(precision: number, scale: number): LogicalType {
  if (precision <= MAX_PRECISION) return decimal(precision, scale);
  const whole = precision - scale;
  return decimal(MAX_PRECISION, Math.max(MAX_PRECISION - whole, Math.min(scale, 6)));
}
