import type { CellOutline, DeclaredName, DeclaringStatement } from './cell-outline.ts';
import type { Checker } from './checker.ts';
import { identifiersIn } from './identifiers.ts';
import type { CarriedDeclaration, LiveBinding, LiveScope } from './live-scope.ts';
import { DECLARATION_MARK, SPACE_REFERENCE } from './live-scope.ts';
import { signaturesIn } from './printed-signature.ts';
import { AWAITED, type Prologue } from './prologue.ts';

const PLAIN_TYPE =
  /^(?:string|number|boolean|bigint|symbol|unknown|any|null|undefined|void|never|object)(?:\[\])*$/;
const LITERAL = /^(?:-?\d+(?:\.\d+)?n?|true|false|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')$/;

/**
 * Makes a checked cell's declarations into what later cells are checked against. Types, interfaces, classes and enums
 * are carried in their own words; of variables and functions only the type, printed, so that later cells check
 * neither initializers nor bodies again.
 */
export function carry(
  checker: Checker,
  outline: CellOutline,
  space: number,
  scope: LiveScope,
  prologue: Prologue,
): LiveBinding[] {
  const own = new Map<string, LiveBinding>();
  for (const { names } of outline.statements) {
    for (const declared of names) {
      const known = own.get(declared.name);
      if (known === undefined || known.form === 'import') own.set(declared.name, newBinding(declared, space));
    }
  }
  const text = checker.text;
  const needsOf = (piece: string, self?: LiveBinding): ReadonlyMap<string, LiveBinding> => {
    const needs = new Map<string, LiveBinding>();
    for (const name of identifiersIn(piece)) {
      const binding = own.get(name) ?? scope.get(name);
      if (binding !== undefined && binding !== self) needs.set(name, binding);
    }
    for (const [reference] of piece.matchAll(SPACE_REFERENCE)) {
      const binding = prologue.spaces.get(reference);
      if (binding !== undefined) needs.set(reference, binding);
    }
    return needs;
  };
  const printed = printedTypes(checker, outline, scope);
  for (const statement of outline.statements) {
    if (statement.kind === 'import') continue;
    const verbatim = verbatimText(statement, text);
    for (const declared of statement.names) {
      const binding = own.get(declared.name);
      if (binding === undefined || binding.form === 'import') continue;
      const type = printed.get(declared);
      const words = type === undefined ? undefined : inWords(declared, type, statement.doc);
      if (words === undefined) {
        const needs = needsOf(verbatim, binding);
        if (!statement.nested) addOnce(binding, { text: verbatim, needs, printed: false });
        continue;
      }
      // Overloads and repeated `var`s are one printed declaration.
      if (binding.declarations.some((earlier) => earlier.printed)) continue;
      const needs = needsOf(type ?? '', undefined);
      // A unique symbol is the type of one declaration: it must not be written twice.
      if (needs.size > 0 || type === 'unique symbol') binding.form = 'space';
      const fallback = statement.nested
        ? {}
        : { verbatim: { text: verbatim, needs: needsOf(verbatim, binding) } };
      binding.declarations.push({ text: words, needs, printed: true, ...fallback });
    }
  }
  return [...own.values()];
}

function newBinding(declared: DeclaredName, space: number): LiveBinding {
  const { name, kind, imported } = declared;
  if (imported !== undefined) return { name, kind, space, form: 'import', imported, declarations: [] };
  const form =
    kind === 'const' || kind === 'let' || kind === 'var' || kind === 'function' ? 'inline' : 'space';
  return { name, kind, space, form, declarations: [] };
}

function addOnce(binding: LiveBinding, declaration: CarriedDeclaration): void {
  if (binding.form === 'inline') binding.form = 'space';
  if (binding.declarations.every(({ text }) => text !== declaration.text))
    binding.declarations.push(declaration);
}

/** The types of the cell's variables and functions; those that can be read off the text are not asked for. */
function printedTypes(checker: Checker, outline: CellOutline, scope: LiveScope): Map<DeclaredName, string> {
  const types = new Map<DeclaredName, string>();
  const asked: DeclaredName[] = [];
  for (const { names } of outline.statements) {
    for (const declared of names) {
      const { kind, annotation, initializer } = declared;
      if (kind !== 'const' && kind !== 'let' && kind !== 'var' && kind !== 'function') continue;
      if (annotation !== undefined && PLAIN_TYPE.test(annotation)) types.set(declared, annotation);
      else if (
        kind === 'const' &&
        annotation === undefined &&
        initializer !== undefined &&
        LITERAL.test(initializer)
      ) {
        types.set(declared, initializer);
      } else if (annotation === undefined && initializer !== undefined && LITERAL.test(initializer)) {
        types.set(declared, widened(initializer));
      } else asked.push(declared);
    }
  }
  const answers = checker.printTypes(asked.map(({ nameStart }) => nameStart));
  for (const [index, declared] of asked.entries()) {
    const answer = answers[index];
    if (answer !== undefined) types.set(declared, withAliases(answer, scope));
  }
  return types;
}

/** `import("…").Name` by the module's own name, so that printed types do not change the list of imports. */
function withAliases(type: string, scope: LiveScope): string {
  return type.replace(/\bimport\("((?:[^"\\]|\\.)*)"\)/g, (_, specifier: string) =>
    scope.modules.whole(specifier),
  );
}

/** The type that a `let` has by a literal. */
function widened(literal: string): string {
  if (/^["']/.test(literal)) return 'string';
  if (literal === 'true' || literal === 'false') return 'boolean';
  return literal.endsWith('n') ? 'bigint' : 'number';
}

function verbatimText(statement: DeclaringStatement, text: string): string {
  // No `await` may stand in a namespace; the type is the same through a call.
  const edits = statement.awaits.flatMap(({ start, operand, end }) => [
    { from: start, to: operand, by: `${AWAITED}(` },
    { from: end, to: end, by: ')' },
  ]);
  let words = '';
  let at = statement.start;
  for (const { from, to, by } of edits.sort((a, b) => a.from - b.from)) {
    words += text.slice(at, from) + by;
    at = to;
  }
  words = (words + text.slice(at, statement.end)).replace(/^(?:export\s+(?:default\s+)?|declare\s+)+/, '');
  return `${statement.doc}${DECLARATION_MARK}${words}`;
}

/** A declaration of a name by its printed type, or undefined if a printed type cannot say it. */
function inWords(declared: DeclaredName, type: string, doc: string): string | undefined {
  const { name, kind, annotation } = declared;
  if (kind === 'function') {
    const signatures = signaturesIn(type);
    if (signatures === undefined) return undefined;
    return signatures.map((signature) => `${doc}${DECLARATION_MARK}function ${name}${signature};`).join('\n');
  }
  // As an initializer, a literal type widens in the later cell as it would have in this one.
  if (kind === 'const' && annotation === undefined && LITERAL.test(type)) {
    return `${doc}${DECLARATION_MARK}const ${name} = ${type};`;
  }
  return `${doc}${DECLARATION_MARK}${kind} ${name}: ${type};`;
}
