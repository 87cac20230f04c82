/** State that grows with all that ever comes: what an operator keeps, how many entries that are by now, and about how many bytes. */
export interface Growth {
  readonly keeps: string;
  readonly entries: number;
  readonly bytes: number;
}

/** What is said of operators whose state nothing bounds; `undefined` where there are none. */
export function growthWarning(growing: readonly Growth[]): string | undefined {
  if (growing.length === 0) return undefined;
  const lines = growing.map(
    ({ keeps, entries, bytes }) =>
      `${keeps}: ${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'} by now, about ${bytesText(bytes)} (estimated).`,
  );
  return `${lines.join('\n')} SET 'table.exec.state.ttl' = '1 h' bounds it.`;
}

function bytesText(bytes: number): string {
  const [size, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size.toPrecision(size < 10 ? 2 : 3)} ${unit}`;
}
