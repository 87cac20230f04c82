import type { CompletionEntry } from 'typescript7/unstable/sync';
import type { Checker } from './checker.ts';
import type { BindingKind } from './cell-outline.ts';
import type { LiveScope } from './live-scope.ts';
import { LANGUAGE_WORDS, namesInScope } from './names-in-scope.ts';
import { typescript7 } from './typescript7.ts';

/** Completions of a cell's text; offsets are in UTF-16 code units. */
export interface Completions {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly types: readonly CompletionType[];
}

/** An entry of Jupyter's `_jupyter_types_experimental`. */
export interface CompletionType {
  readonly text: string;
  readonly type: string;
  readonly signature?: string;
}

const WORD_BEFORE = /[\p{ID_Start}$_#]?[\p{ID_Continue}$\u200c\u200d]*$/u;
const OWN_NAME = /^__(?:[cm]\d+|awaited)$/;
/** A module's name that is being written: after `from`, `import`, `import(`, `require(`. */
const MODULE_NAME_BEFORE = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(?:'([^'\n]*)|"([^"\n]*))$/;
const MANY = 1000;

/** Completions at `cursor` of `code`, which is open in the checker from `offset` on. */
export function completionsAt(
  checker: Checker,
  scope: LiveScope,
  globals: ReadonlyMap<string, CompletionType>,
  code: string,
  offset: number,
  cursor: number,
): Completions {
  const before = code.slice(0, cursor);
  const quoted = MODULE_NAME_BEFORE.exec(before);
  const inString = quoted?.[1] ?? quoted?.[2];
  const word = inString ?? WORD_BEFORE.exec(before)?.[0] ?? '';
  const start = cursor - word.length;
  const byChecker = inString !== undefined || isMember(before, start) || isInBraces(code, before);
  const found = byChecker
    ? entriesAt(checker, offset + cursor)
    : namesAt(checker, scope, globals, offset, offset + start);
  const types = matching(found, word);
  if (types.length === 0 && inString?.includes('/')) {
    // Of a path, TypeScript answers with the last segment.
    const segment = inString.slice(inString.lastIndexOf('/') + 1);
    return asCompletions(matching(found, segment), cursor - segment.length, cursor);
  }
  return asCompletions(types, start, cursor);
}

/** What `globalThis` holds; asked once, for it does not change. */
export function globalNames(checker: Checker): Map<string, CompletionType> {
  checker.open('export {};\nglobalThis.');
  return entriesAt(checker, checker.text.length);
}

function entriesAt(checker: Checker, position: number): Map<string, CompletionType> {
  const entries = checker.query(
    (project, path) => project.checker.getCompletionsAtPosition(path, position)?.entries ?? [],
  );
  const sorted = [...entries].sort(
    (a, b) => compare(a.sortText ?? a.name, b.sortText ?? b.name) || compare(a.name, b.name),
  );
  const found = new Map<string, CompletionType>();
  for (const entry of sorted) {
    const text = textOf(entry);
    if (!OWN_NAME.test(text)) found.set(text, { text, type: kindOf(entry) });
  }
  return found;
}

/**
 * Names in scope, nearest first. TypeScript 7's own list of them cannot be had without an index of every package's
 * exports (`completion list needs auto imports`), so it is put together here.
 */
function namesAt(
  checker: Checker,
  scope: LiveScope,
  globals: ReadonlyMap<string, CompletionType>,
  offset: number,
  position: number,
): Map<string, CompletionType> {
  const found = new Map<string, CompletionType>();
  const add = (text: string, type: string): void => {
    if (!found.has(text)) found.set(text, { text, type });
  };
  for (const [text, type] of namesInScope(checker.sourceFile(), offset, position)) add(text, type);
  for (const { name, kind } of scope.bindings()) add(name, liveKinds[kind]);
  for (const { text, type } of globals.values()) add(text, type);
  for (const [text, type] of LANGUAGE_WORDS) add(text, type);
  return found;
}

function matching(found: ReadonlyMap<string, CompletionType>, word: string): CompletionType[] {
  const all = [...found.values()];
  const exact = all.filter(({ text }) => text.startsWith(word));
  const lower = word.toLowerCase();
  const some = exact.length > 0 ? exact : all.filter(({ text }) => text.toLowerCase().startsWith(lower));
  return some.slice(0, MANY);
}

function asCompletions(types: readonly CompletionType[], start: number, end: number): Completions {
  return { matches: types.map(({ text }) => text), start, end, types };
}

function textOf(entry: CompletionEntry): string {
  const text = entry.insertText ?? entry.name;
  return /^[\p{ID_Start}$_#]/u.test(text) ? text : entry.name;
}

function isMember(before: string, start: number): boolean {
  return /\.\s*$/.test(before.slice(0, start)) && !/\.\.\.\s*$/.test(before.slice(0, start));
}

/** Between the braces of an import or export, where names of the module are meant. */
function isInBraces(code: string, before: string): boolean {
  return (
    /(?:^|[;\n])\s*(?:import|export)\s[^;'"]*\{[^}]*$/.test(before) &&
    /\}\s*from\s*['"]/.test(code.slice(before.length))
  );
}

function kindOf(entry: CompletionEntry): string {
  const { CompletionItemKind } = typescript7().api;
  switch (entry.kind) {
    case undefined:
      return 'text';
    case CompletionItemKind.Field:
      return 'property';
    case CompletionItemKind.Folder:
    case CompletionItemKind.File:
      return 'module';
    default:
      return CompletionItemKind[entry.kind].toLowerCase();
  }
}

const liveKinds: Record<BindingKind, string> = {
  const: 'constant',
  let: 'variable',
  var: 'variable',
  function: 'function',
  class: 'class',
  enum: 'enum',
  namespace: 'module',
  interface: 'interface',
  type: 'interface',
  import: 'variable',
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
