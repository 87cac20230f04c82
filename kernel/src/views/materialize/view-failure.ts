import type { ViewFailure } from '../../protocol/index.ts';
import { keyText } from './plain-json.ts';

/** What a view shows of the error that stopped its branch: name, message, and whatever the error knows of the place. */
export function failureOf(error: Error): ViewFailure {
  const details: unknown = Reflect.get(error, 'details');
  const lines: string[] = [];
  if (typeof details === 'object' && details !== null) {
    for (const [name, value] of Object.entries(details)) {
      // The stack's line names the cell as people know it, by its number.
      if (value !== undefined && name !== 'cell') lines.push(`${name}: ${keyText(value)}`);
    }
  }
  const cause = error.cause;
  if (cause instanceof Error) {
    lines.push(`cause: ${cause.name}: ${cause.message}`);
    const place = cause.stack?.split('\n').find((line) => /^\s*at .*cell/i.test(line));
    if (place !== undefined) lines.push(place.trim());
  }
  return { name: error.name, message: error.message, details: lines };
}
