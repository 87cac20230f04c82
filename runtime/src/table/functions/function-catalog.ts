import type { LogicalType } from '../types/logical-type.ts';
import type { AggregateFunctionDefinition } from './aggregate-function.ts';
import type { ResultColumn } from './function-signature.ts';
import { collectionFunctions } from './collection-functions.ts';
import { jsonAggregates } from './json-aggregates.ts';
import { jsonFunctions } from './json-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { otherFunctions } from './other-functions.ts';
import { overFunctions } from './over-functions.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { percentileAggregate } from './percentile-aggregate.ts';
import { stringFunctions } from './string-functions.ts';
import { spreadAggregates } from './spread-aggregates.ts';
import { sumAggregates } from './sum-aggregates.ts';
import { textFunctions } from './text-functions.ts';
import { timeFunctions } from './time-functions.ts';
import { valueAggregates } from './value-aggregates.ts';

/** A function that makes rows of a row's values. */
export interface TableFunctionDefinition {
  readonly name: string;
  readonly signature: string;
  readonly columns: readonly ResultColumn[];
  /** What each argument is cast to; `undefined` if it takes no such arguments. */
  readonly accepts: (types: readonly LogicalType[]) => readonly LogicalType[] | undefined;
  readonly userFunction: unknown;
  /** One value a row if it has one column, else the values of each row. */
  readonly evaluate: (...args: readonly unknown[]) => Iterable<unknown>;
}

const SCALARS = [
  stringFunctions,
  textFunctions,
  numberFunctions,
  timeFunctions,
  collectionFunctions,
  otherFunctions,
  jsonFunctions,
];

/** All functions by name: those built in, and the user's. */
export class FunctionCatalog {
  readonly #scalars = new Map<string, ScalarFunction[]>();
  readonly #aggregates = new Map<string, AggregateFunctionDefinition>();
  readonly #tables = new Map<string, TableFunctionDefinition>();

  constructor() {
    for (const list of SCALARS) {
      for (const definition of list) {
        const same = this.#scalars.get(definition.name);
        if (same === undefined) this.#scalars.set(definition.name, [definition]);
        else same.push(definition);
      }
    }
    for (const list of [
      sumAggregates,
      spreadAggregates,
      valueAggregates,
      jsonAggregates,
      [percentileAggregate],
      overFunctions,
    ]) {
      for (const definition of list) this.#aggregates.set(definition.name, definition);
    }
  }

  scalars(name: string): readonly ScalarFunction[] {
    return this.#scalars.get(name.toUpperCase()) ?? [];
  }

  aggregate(name: string): AggregateFunctionDefinition | undefined {
    return this.#aggregates.get(name.toUpperCase());
  }

  table(name: string): TableFunctionDefinition | undefined {
    return this.#tables.get(name.toUpperCase());
  }

  addScalar(definition: ScalarFunction): void {
    this.#scalars.set(definition.name.toUpperCase(), [definition]);
  }

  addAggregate(definition: AggregateFunctionDefinition): void {
    this.#aggregates.set(definition.name.toUpperCase(), definition);
  }

  addTable(definition: TableFunctionDefinition): void {
    this.#tables.set(definition.name.toUpperCase(), definition);
  }

  /** A user's function of that name is of another kind from now on. */
  forget(name: string): void {
    for (const functions of [this.#scalars, this.#aggregates, this.#tables])
      functions.delete(name.toUpperCase());
  }

  /** Names and signatures in alphabetical order. */
  list(): readonly { readonly name: string; readonly signature: string }[] {
    const all = [
      ...[...this.#scalars.values()].flat(),
      ...this.#aggregates.values(),
      ...this.#tables.values(),
    ];
    return all
      .map(({ name, signature }) => ({ name, signature }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  get names(): readonly string[] {
    return [...new Set(this.list().map(({ name }) => name))];
  }
}
