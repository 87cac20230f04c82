import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../architecture/source-files.ts';
import { compilerOptions } from './compiler-options.ts';

/** What users import from, and the files behind it. */
export const entries = {
  tidemark: 'runtime/src/index.ts',
  'tidemark/testing': 'runtime/src/testing/index.ts',
} as const;

/** The names that an entry exports. */
export function exportedNames(file: string): { name: string; isType: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isExportDeclaration).flatMap(({ exportClause, isTypeOnly }) =>
    exportClause && ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name, isTypeOnly: own }) => ({
          name: name.text,
          isType: isTypeOnly || own,
        }))
      : [],
  );
}

/** Something public, with whether a docstring says what it is. */
export interface PublicName {
  /** `DataStream`, `DataStream.map`, `testJob`. */
  readonly name: string;
  readonly documented: boolean;
  /** Whether an example shows it, or, of a class, one of its members. */
  readonly shown: boolean;
  /** Whether it is there at run time: neither a type nor a member. */
  readonly isValue: boolean;
}

/** Everything that an entry exports, and the members of its classes and interfaces. */
export function publicNames(entry: string): PublicName[] {
  const file = join(root, entry);
  const program = ts.createProgram([file], compilerOptions());
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
  const typesOnly = new Set(exportedNames(entry).flatMap(({ name, isType }) => (isType ? [name] : [])));
  return exported.flatMap((alias) => {
    const symbol = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
    const name = alias.getName();
    const members = membersOf(symbol, name, checker);
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0 && !typesOnly.has(name);
    const shown = hasExample(symbol, checker) || members.some((member) => member.shown);
    return [{ name, documented: isDocumented(symbol, checker), shown, isValue }, ...members];
  });
}

function membersOf(symbol: ts.Symbol, owner: string, checker: ts.TypeChecker): PublicName[] {
  const own = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
  return own.filter(isPublicMember).map((member) => ({
    name: `${owner}.${member.getName()}`,
    documented: isDocumented(member, checker) || inheritsDocumentation(symbol, member, checker),
    shown: hasExample(member, checker),
    isValue: false,
  }));
}

/** Not a constructor, a type parameter, a call signature, or what is private or only for the checker. */
function isPublicMember(member: ts.Symbol): boolean {
  const memberFlags =
    ts.SymbolFlags.Method |
    ts.SymbolFlags.Property |
    ts.SymbolFlags.GetAccessor |
    ts.SymbolFlags.SetAccessor |
    ts.SymbolFlags.EnumMember;
  if ((member.flags & memberFlags) === 0 || member.flags & ts.SymbolFlags.Prototype) return false;
  return (member.declarations ?? []).every((declaration) => {
    const name = (declaration as ts.NamedDeclaration).name;
    if (name !== undefined && ts.isPrivateIdentifier(name)) return false;
    const flags = ts.getCombinedModifierFlags(declaration as ts.Declaration);
    return (flags & (ts.ModifierFlags.Ambient | ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
  });
}

function isDocumented(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== '';
}

function hasExample(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getJsDocTags(checker).some(({ name }) => name === 'example');
}

/** True if a class or interface that it extends or implements says what the member is. */
function inheritsDocumentation(owner: ts.Symbol, member: ts.Symbol, checker: ts.TypeChecker): boolean {
  const clauses = (owner.declarations ?? [])
    .filter((node) => ts.isClassLike(node) || ts.isInterfaceDeclaration(node))
    .flatMap((node) => [...(node.heritageClauses ?? [])]);
  return clauses
    .flatMap(({ types }) => [...types])
    .some((type) => {
      const inherited = checker.getTypeAtLocation(type).getProperty(member.getName());
      return inherited !== undefined && isDocumented(inherited, checker);
    });
}
