import { badArgument } from '../errors.ts';

/** Makes what is held now of what an earlier version held. */
export type Migrate = (held: unknown, fromVersion: number) => unknown;

/** What every descriptor of state has: what it describes may change. */
export abstract class VersionedDescriptor<H = unknown> {
  #version = 1;
  #migrate: Migrate | undefined;

  /**
   * Says that the state holds something else than it did, and how that is made of what it held: of a value, or an accumulator, of
   * each element of a list, of each value of a map. It is called when a job or a cell goes on from a snapshot or savepoint with
   * an earlier version, for all keys before the first record; `undefined` takes the entry away. To be called before the state is
   * first asked for.
   * @param version a whole number above 1; a state that says nothing is version 1
   * @throws {TidemarkError} `bad-argument` for another version
   * @example
   * const total = new ValueStateDescriptor<{ euros: number }>('total').withVersion(
   *   2,
   *   (cents: number) => ({ euros: cents / 100 }),
   * );
   * total.version; // → 2
   */
  withVersion<O = unknown>(version: number, migrate: (held: O, fromVersion: number) => H | undefined): this {
    if (!Number.isSafeInteger(version) || version < 2)
      throw badArgument(
        'The version',
        version,
        'A state begins with version 1.',
        'Give 2 for the first change.',
      );
    this.#version = version;
    this.#migrate = migrate as Migrate;
    return this;
  }

  /** Of what it describes. */
  get version(): number {
    return this.#version;
  }

  /** Absent of version 1. */
  get migrate(): Migrate | undefined {
    return this.#migrate;
  }
}
