/** A code cell as the notebook has it. */
export interface RanCell {
  readonly id: string;
  readonly source: string;
  /** Of its last run; `null` when that is not known, as after a reload of a notebook that was not saved. */
  readonly executionCount: number | null;
  /** Its last run ended in an error. */
  readonly failed: boolean;
}

/**
 * The cells to run so that `owners` can run in a process that knows none of the notebook's names: the owners, and the
 * cells that declare what they name, transitively. In the order of their last runs, or else in the notebook's.
 */
export function cellsToRun(cells: readonly RanCell[], owners: ReadonlySet<string>): string[] {
  const declared = cells.map(({ source, failed }) => (failed ? [] : declaredNames(source)));
  const wanted = new Set<RanCell>();
  const add = (cell: RanCell): void => {
    if (wanted.has(cell)) return;
    wanted.add(cell);
    const named = new Set(cell.source.match(IDENTIFIER));
    cells.forEach((other, at) => {
      if (declared[at]?.some((name) => named.has(name)) === true) add(other);
    });
  };
  for (const cell of cells) if (owners.has(cell.id)) add(cell);
  const inNotebook = cells.filter((cell) => wanted.has(cell));
  if (inNotebook.some(({ executionCount }) => executionCount === null)) return inNotebook.map(({ id }) => id);
  return inNotebook.sort((a, b) => (a.executionCount ?? 0) - (b.executionCount ?? 0)).map(({ id }) => id);
}

const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** Statements that declare names of the notebook stand at the start of a line. */
const VARIABLES = /^(?:export\s+)?(?:const|let|var)\s+([^=;]+)/gm;
const MORE_VARIABLES = /,\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?::[^=,;()]+)?=(?![=>])/gu;
const NAMED =
  /^(?:(?:export|default|declare|abstract|async)\s+)*(?:class|function\s*\*?|enum|interface|type|namespace)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;
const IMPORTS = /^import\s+([^'";]+?)\s+from\b/gm;

/** Names that a cell declares. Rather one too many than one too few: another cell would miss it. */
function declaredNames(source: string): string[] {
  const names = [...source.matchAll(NAMED)].map(([, name]) => name ?? '');
  for (const [, text = ''] of source.matchAll(IMPORTS)) names.push(...(text.match(IDENTIFIER) ?? []));
  for (const match of source.matchAll(VARIABLES)) {
    names.push(...(withoutType(match[1] ?? '').match(IDENTIFIER) ?? []));
    const line = source.slice(match.index).split('\n', 1)[0] ?? '';
    names.push(...[...line.matchAll(MORE_VARIABLES)].map(([, name]) => name ?? ''));
  }
  return names.filter((name) => name !== 'as' && name !== 'type' && name !== 'typeof');
}

/** `count: number` declares no `number`; `{ a: b }` declares b, and a does no harm. */
function withoutType(pattern: string): string {
  return /^[{[]/.test(pattern) ? pattern : pattern.replace(/:.*/s, '');
}
