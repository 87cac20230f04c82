/** State that grows with all that ever comes: what an operator keeps, and how many entries that are by now. */
export interface Growth {
  readonly keeps: string;
  readonly entries: number;
}

/** What is said of operators whose state nothing bounds; `undefined` where there are none. */
export function growthWarning(growing: readonly Growth[]): string | undefined {
  if (growing.length === 0) return undefined;
  const lines = growing.map(
    ({ keeps, entries }) =>
      `${keeps}: ${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'} by now.`,
  );
  return `${lines.join('\n')} SET 'table.exec.state.ttl' = '1 h' bounds it.`;
}
