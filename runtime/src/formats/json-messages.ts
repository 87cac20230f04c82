import type { MessageFormat } from './format.ts';
import { decodeText, encodeText } from './message-text.ts';

/** Every message is one JSON value. */
export function jsonMessages<T>(check?: (value: unknown) => T): MessageFormat<T> {
  return {
    decode: (bytes) => {
      const value: unknown = JSON.parse(decodeText(bytes));
      return check === undefined ? (value as T) : check(value);
    },
    encode: (value) => {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw new TypeError(`${typeof value} has no form in JSON`);
      return encodeText(text);
    },
  };
}
