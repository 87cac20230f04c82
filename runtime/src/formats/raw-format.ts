import type { Format } from './format.ts';
import { LineDecoder } from './line-decoder.ts';
import { decodeText, encodeText } from './message-text.ts';

/**
 * Every line of the input is a record, as it stands, without its line ending; of a message broker, every message.
 * @example
 * const lines = env.fromSource(fileSource('server.txt', { format: raw() }));
 * await lines.filter((line) => line.startsWith('WARN')).executeAndCollect(); // → ['WARN disk is full']
 */
export function raw(): Format<string> {
  return {
    name: 'raw',
    parameters: {},
    createDecoder: (context) => new LineDecoder(context, 'text', 'fail', (text) => text),
    rows: { extension: '.txt', createEncoder: () => ({ encode: (value) => `${value}\n`, state: undefined }) },
    messages: { decode: decodeText, encode: (value) => encodeText(String(value)) },
  };
}
