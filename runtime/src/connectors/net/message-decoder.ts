import { raw } from '../../formats/raw-format.ts';
import type { Format, MessageFormat } from '../../formats/format.ts';
import { sinkOptionInvalid, sourceOptionInvalid } from '../connector-errors.ts';
import { messageNotParsed } from './net-errors.ts';

/**
 * How a format makes one record of one message; lines of text when none is given.
 * @throws {TidemarkError} `source-option-invalid`, `sink-option-invalid` for a format of longer inputs only
 */
export function messagesOf<T>(what: string, format: Format<T> | undefined): MessageFormat<T> {
  const { messages, name } = format ?? (raw() as unknown as Format<T>);
  if (messages === undefined) {
    const invalid = what.endsWith('Sink') ? sinkOptionInvalid : sourceOptionInvalid;
    throw invalid(what, 'format', name, 'is one that makes a record of a message, such as json() or raw()');
  }
  return messages;
}

/** @throws {TidemarkError} `message-not-parsed` */
export function decodeMessage<T>(messages: MessageFormat<T>, bytes: Uint8Array, from: string): T {
  try {
    return messages.decode(bytes);
  } catch (error) {
    throw messageNotParsed(from, new TextDecoder().decode(bytes.subarray(0, 200)), error);
  }
}
