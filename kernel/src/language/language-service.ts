import type { DescribedCatalog, SqlAssist } from 'tidemark/sql';
import type { Diagnostic } from 'typescript7/unstable/sync';
import { carry } from './carry.ts';
import { cellDiagnostic, diagnosticAt, type CellDiagnostic } from './cell-diagnostic.ts';
import { outlineOf, type CellOutline } from './cell-outline.ts';
import { Checker } from './checker.ts';
import { completenessOf, type Completeness } from './completeness.ts';
import { completionsAt, globalNames, type CompletionType, type Completions } from './completion.ts';
import { identifierAt, identifiersIn } from './identifiers.ts';
import { inspectionAt, type Inspection } from './inspection.ts';
import { LiveScope, type LiveBinding } from './live-scope.ts';
import type { PositionMap } from './position-map.ts';
import { isGlobalName } from './own-globals.ts';
import { prologueFor, type Prologue } from './prologue.ts';
import { mayHoldSql } from './sql-texts.ts';
import { sqlRowsOf } from './sql-rows.ts';
import { SqlLanguage } from './sql-language.ts';
import { streamColumns, type RecordColumns } from './stream-columns.ts';
import { StackFrames } from './stack-frames.ts';
import { rewriteTopLevel } from './top-level-rewrite.ts';
import { Transpiler } from './transpile.ts';
import { typescript7 } from './typescript7.ts';

export type { CellDiagnostic, Completeness, Completions, Inspection };

/** A cell to compile. `name` is the script's name in stack traces before they are mapped; '' for `cell-<count>.ts`. */
export interface CellSource {
  readonly cellId: string;
  readonly name: string;
  readonly code: string;
  readonly executionCount: number;
}

export type CompiledCell =
  | {
      readonly ok: true;
      /** For `Runtime.evaluate({ replMode: true, awaitPromise: true })`; ends in its `sourceURL`. */
      readonly js: string;
      /** True if the cell's last statement is an expression, whose value is to be shown. */
      readonly hasValue: boolean;
      readonly scriptName: string;
      /** From places in `js` to places in the cell. */
      readonly toCell: PositionMap;
      /** What SQL sees of the streams that it declares, by variable. */
      readonly streams: Readonly<Record<string, RecordColumns>>;
    }
  | { readonly ok: false; readonly diagnostics: readonly CellDiagnostic[] };

interface PendingCell {
  readonly bindings: readonly LiveBinding[];
  /** Names in the order in which the cell gives them values, for cells that fail half way. */
  readonly reached: readonly (readonly string[])[];
  readonly ambient: readonly string[];
}

/** A cell's text as opened in the checker. */
interface OpenCell {
  readonly code: string;
  readonly outline: CellOutline;
  readonly prologue: Prologue;
  /** Where the cell begins in the checked file. */
  readonly offset: number;
}

/** Checks, transpiles, completes and explains cells, against what earlier cells have declared. */
export class LanguageService {
  readonly #checker: Checker;
  readonly #transpiler: Transpiler;
  readonly #sql = new SqlLanguage();
  #scope = new LiveScope();
  readonly #frames = new StackFrames();
  readonly #pending = new Map<string, PendingCell>();
  #globals: ReadonlyMap<string, CompletionType> | undefined;
  #space = 0;
  /** Execution counts by namespace, for messages that tell two types of one name apart. */
  readonly #spaces = new Map<number, number>();

  constructor(options: { readonly cwd: string; readonly tidemarkTypes?: string }) {
    this.#checker = new Checker(options.cwd, options.tidemarkTypes);
    this.#transpiler = new Transpiler(options.cwd);
  }

  /** Loads TypeScript and opens the program, so that the first cell does not wait for it. */
  async warm(): Promise<void> {
    this.#checker.spawn();
    this.#transpiler.transpile('let x: number = 1', false);
    await this.compile({ cellId: '', name: 'warm', code: 'const x = [1].map(String);', executionCount: 0 });
    this.rollback('', 0);
    // A cell that waits goes before what only completions need.
    await new Promise((resolve) => setImmediate(resolve));
    this.#globals ??= globalNames(this.#checker);
  }

  /** Checks a cell and makes it evaluable. What it declares becomes live by `commit`. */
  async compile(cell: CellSource): Promise<CompiledCell> {
    const assist = mayHoldSql(cell.code) ? await this.#sql.load() : undefined;
    const asExpression = objectLiteral(cell.code);
    if (asExpression !== undefined) {
      const compiled = this.#compile({ ...cell, code: asExpression }, cell.code, assist);
      if (compiled.ok) return compiled;
    }
    return this.#compile(cell, cell.code, assist);
  }

  /** The cell was evaluated: later cells see what it declared. */
  commit(cellId: string, executionCount: number): void {
    const pending = this.#take(cellId, executionCount);
    if (pending === undefined) return;
    this.#scope.declare(pending.bindings);
    this.#scope.declareAmbient(cellId, pending.ambient);
  }

  /**
   * The cell failed. What it had declared by then is live, as it is in the session.
   * @param reached how often the cell had given names their values; undefined when nothing of it is left
   */
  rollback(cellId: string, executionCount: number, reached?: number): void {
    const pending = this.#take(cellId, executionCount);
    if (pending === undefined || reached === undefined) return;
    const missing = new Set(pending.reached.slice(reached).flat());
    for (const name of pending.reached.slice(0, reached).flat()) missing.delete(name);
    this.#scope.declare(pending.bindings.filter(({ name }) => !missing.has(name)));
  }

  /** Nothing is declared any more: the session's variables are gone. */
  forget(): void {
    this.#scope = new LiveScope();
    this.#pending.clear();
    void this.#sql.update({ tables: [], functions: [] });
  }

  /** Completions at an offset of a cell's text. */
  async complete(code: string, cursor: number): Promise<Completions> {
    this.#globals ??= globalNames(this.#checker);
    const { offset } = this.#open(code);
    return completionsAt(this.#checker, this.#scope, this.#globals, code, offset, cursor);
  }

  /** Signature and documentation of the name at an offset of a cell's text; with `detail` 1, members too. */
  async inspect(code: string, cursor: number, detail: 0 | 1): Promise<Inspection> {
    const word = identifierAt(code, cursor);
    if (word === undefined) return { found: false, plain: '' };
    const { offset } = this.#open(code);
    const inspection = inspectionAt(this.#checker, word.name, offset + word.start, detail);
    if (inspection.found) return inspection;
    // A bare name stands where a value is expected; it may be a type's.
    const probe = 'type __inspected = ';
    const asType = this.#open(`${probe}${word.name};`);
    return inspectionAt(this.#checker, word.name, asType.offset + probe.length, detail);
  }

  /** Completions at an offset of a text of SQL. */
  completeSql(text: string, cursor: number): Promise<Completions> {
    return this.#sql.complete(text, cursor);
  }

  /** What is known of the name at an offset of a text of SQL. */
  inspectSql(text: string, cursor: number): Promise<Inspection> {
    return this.#sql.inspect(text, cursor);
  }

  /** Loads what completes and checks SQL, so that the first who asks does not wait for it. */
  async warmSql(): Promise<void> {
    await this.#sql.load();
  }

  /** The tables and functions that SQL can name from now on. */
  catalog(catalog: DescribedCatalog): Promise<void> {
    return this.#sql.update(catalog);
  }

  /** Whether a text is a whole cell. */
  isComplete(code: string): Completeness {
    const { offset } = this.#open(code);
    return completenessOf(code, offset, this.#syntaxErrors());
  }

  /** Makes a stack trace speak of cells and their lines, and leaves out what lies beneath them. */
  mapStack(stack: string): string {
    return this.#frames.map(stack);
  }

  close(): void {
    this.#checker.close();
  }

  #take(cellId: string, executionCount: number): PendingCell | undefined {
    const key = `${executionCount}/${cellId}`;
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    return pending;
  }

  #compile(cell: CellSource, shown: string, assist: SqlAssist | undefined): CompiledCell {
    let open = this.#open(cell.code);
    const syntax = this.#syntaxErrors().filter(({ pos }) => pos >= open.offset);
    if (syntax.length > 0) return this.#failed(syntax, shown, open.offset);
    const wrong = this.#knowRows(open, assist);
    if (wrong.length > 0) return { ok: false, diagnostics: wrong };
    let errors = this.#errors();
    if (errors.some(({ code, pos }) => pos >= open.offset && UNRESOLVED_MODULE.has(code))) {
      this.#checker.refresh();
      errors = this.#errors();
    }
    while (errors.some(({ pos }) => pos < open.offset) && this.#useOwnWords(open, errors)) {
      open = this.#open(cell.code);
      this.#knowRows(open, assist);
      errors = this.#errors();
    }
    const own = errors.filter(({ pos }) => pos >= open.offset && pos <= open.offset + open.code.length);
    if (own.length > 0) return this.#failed(own, shown, open.offset);
    return this.#emit(cell, open);
  }

  #emit(cell: CellSource, open: OpenCell): CompiledCell {
    const { code, outline } = open;
    let js: string;
    let toCell: PositionMap;
    let reached: PendingCell['reached'];
    try {
      const transpiled = this.#transpiler.transpile(code, outline.hasDecorators);
      const renamed = this.#namesOfGlobals(open);
      const isTypeOnly = (specifier: string, name: string): boolean =>
        this.#isTypeOnly(open, specifier, name);
      const rewritten = rewriteTopLevel(transpiled.js, isTypeOnly, renamed);
      ({ js, reached } = rewritten);
      toCell = [...rewritten.toSource, ...(transpiled.toSource ?? [])];
    } catch (error) {
      return { ok: false, diagnostics: [syntaxError(error, code)] };
    }
    this.#space += 1;
    this.#spaces.set(this.#space, cell.executionCount);
    const bindings = carry(this.#checker, outline, this.#space, this.#scope, open.prologue);
    const streams = streamColumns(this.#checker, outline, bindings);
    const scriptName = this.#frames.register(cell.name, cell.executionCount, toCell, cell.code);
    this.#pending.set(`${cell.executionCount}/${cell.cellId}`, {
      bindings,
      reached,
      ambient: outline.ambient,
    });
    if (outline.statements.some(({ kind }) => kind === 'import')) this.#checker.watchLocalFiles();
    const hasValue = outline.endsInExpression;
    // Declarations leave the value of what came before them.
    const end = hasValue ? '' : '\n;void 0;';
    const evaluable = `${js}${end}\n//# sourceURL=${scriptName}`;
    return { ok: true, js: evaluable, hasValue, scriptName, toCell, streams };
  }

  #failed(diagnostics: readonly Diagnostic[], code: string, offset: number): CompiledCell {
    const cellOf = (space: number): number | undefined => this.#spaces.get(space);
    return { ok: false, diagnostics: diagnostics.map((one) => cellDiagnostic(one, code, offset, cellOf)) };
  }

  /** Opens a cell in the checker, behind the declarations of the live names it mentions. */
  #open(code: string): OpenCell {
    const mentioned = identifiersIn(code);
    let declared: ReadonlySet<string> = new Set(guessedNames(code));
    for (let attempt = 0; ; attempt += 1) {
      const prologue = prologueFor(this.#scope, mentioned, declared);
      const offset = prologue.text.length;
      this.#checker.open(prologue.text + code);
      const outline = outlineOf(this.#checker.sourceFile(), offset);
      const agreed = [...mentioned].every(
        (name) => !this.#scope.has(name) || declared.has(name) === outline.names.has(name),
      );
      if (agreed || attempt === 2) return { code, outline, prologue, offset };
      declared = outline.names;
    }
  }

  /** Gives the checker the rows of the cell's queries, behind the cell; what is wrong with them is returned. */
  #knowRows(
    { code, outline, prologue, offset }: OpenCell,
    assist: SqlAssist | undefined,
  ): readonly CellDiagnostic[] {
    // A tag of that name may be the notebook's own.
    if (assist === undefined || this.#scope.has('sql') || outline.names.has('sql')) return [];
    const rows = sqlRowsOf(this.#checker, assist, code, offset);
    if (rows.declarations !== '') this.#checker.open(`${prologue.text}${rows.code}\n${rows.declarations}\n`);
    return rows.diagnostics;
  }

  /** The tree says whether the parser found errors; only then are they asked for. */
  #syntaxErrors(): readonly Diagnostic[] {
    const { NodeFlags } = typescript7().ast;
    const flawed = this.#checker.sourceFile().flags & NodeFlags.ThisNodeOrAnySubNodesHasError;
    return flawed ? this.#checker.syntacticDiagnostics() : [];
  }

  #errors(): Diagnostic[] {
    const { DiagnosticCategory } = typescript7().api;
    return this.#checker
      .semanticDiagnostics()
      .filter(({ category, code }) => category === DiagnosticCategory.Error && code !== UNTYPED_MODULE);
  }

  /** Where a printed type does not stand on its own, takes the declaration in the cell's own words. */
  #useOwnWords(open: OpenCell, errors: readonly { readonly pos: number }[]): boolean {
    let changed = false;
    const broken = open.prologue.modules.filter(({ start, end }) =>
      errors.some(({ pos }) => pos >= start && pos < end),
    );
    for (const { alias } of broken) this.#scope.modules.drop(alias);
    const refersToBroken = (text: string): boolean => broken.some(({ alias }) => text.includes(`${alias}.`));
    for (const { start, end, binding, declaration } of open.prologue.ranges) {
      const { verbatim } = declaration;
      if (!declaration.printed || verbatim === undefined) continue;
      const hasError = errors.some(({ pos }) => pos >= start && pos < end);
      if (!hasError && !refersToBroken(declaration.text)) continue;
      Object.assign(declaration, { ...verbatim, printed: false });
      binding.form = 'space';
      changed = true;
    }
    return changed;
  }

  /** The globals' names that this cell uses for variables of the notebook. */
  #namesOfGlobals({ code, outline }: OpenCell): Set<string> {
    const names = new Set<string>();
    for (const name of identifiersIn(code)) {
      if (isGlobalName(name) && (outline.names.has(name) || this.#scope.has(name))) names.add(name);
    }
    return names;
  }

  /** True if an import names only a type, so that there is nothing to load for it. */
  #isTypeOnly(open: OpenCell, specifier: string, imported: string): boolean {
    if (imported === '*') return false;
    const declared = open.outline.statements
      .flatMap(({ names }) => names)
      .find((one) => one.imported?.specifier === specifier && one.imported.name === imported);
    if (declared === undefined) return false;
    const { SymbolFlags } = typescript7().api;
    return this.#checker.query(({ checker }, path) => {
      const alias = checker.getSymbolAtPosition(path, declared.nameStart);
      if (alias === undefined) return false;
      const symbol = alias.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
      return !checker.isUnknownSymbol(symbol) && (symbol.flags & SymbolFlags.Value) === 0;
    });
  }
}

/** Modules not found: the disk may have changed since it was read. */
const UNRESOLVED_MODULE = new Set([2307, 2792]);
/** A module of plain JavaScript has no types, and is used without. */
const UNTYPED_MODULE = 7016;

const DECLARATION =
  /(?:^|[;\n{}])\s*(?:export\s+|declare\s+|abstract\s+|async\s+)*(?:const|let|var|class|function\s*\*?|enum|interface|type|namespace)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;

/** Names that the cell probably declares; the syntax tree has the last word. */
function* guessedNames(code: string): Iterable<string> {
  for (const match of code.matchAll(DECLARATION)) if (match[1] !== undefined) yield match[1];
}

/** `{ a: 1 }` as a cell is an object, as in every REPL, unless it can only be a block. */
function objectLiteral(code: string): string | undefined {
  return /^\s*\{/.test(code) && /\}\s*$/.test(code)
    ? code.replace('{', '({').replace(/\}(\s*)$/, '})$1')
    : undefined;
}

function syntaxError(error: unknown, code: string): CellDiagnostic {
  const message = error instanceof Error ? error.message.replace(/ \(\d+:\d+\)$/, '') : String(error);
  const at = typeof error === 'object' && error !== null && 'pos' in error ? Number(error.pos) : 0;
  return diagnosticAt('syntax', message, code, at, at + 1);
}
