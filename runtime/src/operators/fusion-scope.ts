import type { KeySelector } from './key-selector.ts';

/** A record that a chain holds in parts, in locals: nothing is allocated for it unless an operator needs it as a whole. */
export interface RecordInParts {
  /** Code of an expression that makes it. */
  readonly whole: () => string;
}

/** What is made of a record for several operators. */
export interface SharedCode {
  /** What they have asked for so far. */
  readonly code: string;
}

/** What a generated function is written with. */
export interface FusionScope {
  /** Name under which the generated function finds an object. */
  bind(object: unknown): string;
  /** A fresh local name. */
  local(): string;
  /**
   * A name to hand on by for a record in parts.
   * @param madeOf the record that it was made of: an error names that one
   */
  nameParts(parts: RecordInParts, madeOf: string): string;
  /**
   * A local for a record that is made here and nothing need keep: an error names what is made anew.
   * @param code an expression that makes it and can be evaluated twice
   */
  nameMade(code: string): string;
  /** The parts of a record that is handed on by such a name. */
  partsOf(value: string): RecordInParts | undefined;
  /**
   * What operators make of a record that several of them are given: the first makes it, the others have it from there. Its code comes
   * before that of all of them.
   * @param of what it is made by: those who name the same object share it
   */
  shared<T extends SharedCode>(value: string, of: object, make: () => T): T;
  /** An expression for the key of `value`. */
  keyOf(selector: KeySelector, value: string): string;
}

/** Writes what comes behind an operator. @param timestamp code of the record's event time, where it is not that of the input */
export type WriteNext = (value: string, timestamp?: string) => string;
