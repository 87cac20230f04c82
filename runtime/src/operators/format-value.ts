const MAX_DEPTH = 4;
const MAX_ITEMS = 100;

/** A value on one line, as `print` and error messages show it; a string at the top stands for itself. */
export function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : format(value, 0);
}

/** The same, cut to about `length` characters. */
export function previewValue(value: unknown, length = 200): string {
  const text = format(value, 0);
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

function format(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
    case 'bigint':
      return `${value}n`;
    case 'function':
      return `[function ${value.name || '(anonymous)'}]`;
    case 'object':
      return value === null ? 'null' : formatObject(value, depth);
    default:
      return String(value);
  }
}

function formatObject(value: object, depth: number): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return `[${value.name}: ${value.message}]`;
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>);
    return `[${list(items, (item) => format(item, depth + 1))}]`;
  }
  const name = (value.constructor as { name?: string } | undefined)?.name;
  const prefix = name === undefined || name === 'Object' ? '' : `${name} `;
  if (value instanceof Map) {
    return `${prefix}{ ${list([...value], ([k, v]) => `${format(k, depth + 1)} => ${format(v, depth + 1)}`)} }`;
  }
  if (value instanceof Set) return `${prefix}{ ${list([...value], (item) => format(item, depth + 1))} }`;
  const fields = Object.entries(value);
  if (fields.length === 0) return `${prefix}{}`;
  return `${prefix}{ ${list(fields, ([field, v]) => `${fieldName(field)}: ${format(v, depth + 1)}`)} }`;
}

function list<T>(items: readonly T[], show: (item: T) => string): string {
  const shown = items.slice(0, MAX_ITEMS).map(show);
  if (items.length > MAX_ITEMS) shown.push(`… ${items.length - MAX_ITEMS} more`);
  return shown.join(', ');
}

function fieldName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : format(name, 0);
}
