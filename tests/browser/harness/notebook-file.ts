/** A cell for {@link notebookJson}: code as text, or a Markdown cell. */
export type CellText = string | { readonly markdown: string };

/** An .ipynb document (nbformat 4.5) with the given cells, for the kernel `kernelName`. */
export function notebookJson(cells: readonly CellText[], kernelName = 'tidemark'): string {
  const languages: Record<string, string> = { tidemark: 'typescript', python3: 'python' };
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: {
        name: kernelName,
        display_name: kernelName,
        language: languages[kernelName] ?? kernelName,
      },
    },
    cells: cells.map((cell, index) =>
      typeof cell === 'string'
        ? {
            id: `cell-${index}`,
            cell_type: 'code',
            metadata: {},
            execution_count: null,
            source: cell,
            outputs: [],
          }
        : { id: `cell-${index}`, cell_type: 'markdown', metadata: {}, source: cell.markdown },
    ),
  });
}
