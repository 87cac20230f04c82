/** An output of a cell as it is in the notebook's model (nbformat). */
export interface CellOutput {
  readonly output_type: 'stream' | 'display_data' | 'execute_result' | 'error' | 'update_display_data';
  readonly name?: 'stdout' | 'stderr';
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

function joined(text: unknown): string {
  if (Array.isArray(text)) return text.join('');
  return typeof text === 'string' ? text : '';
}

/** What a reader sees in plain text: streams, plain-text representations, and errors as `name: message`. */
export function plainText(outputs: readonly CellOutput[]): string {
  return outputs
    .map((output) => {
      if (output.output_type === 'stream') return joined(output.text);
      if (output.output_type === 'error') return `${output.ename}: ${output.evalue}\n`;
      return `${joined(output.data?.['text/plain'])}\n`;
    })
    .join('');
}
