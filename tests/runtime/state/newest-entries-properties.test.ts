import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byPart, settle, type Entries } from '../../../runtime/src/state/entries.ts';
import { packEntries } from '../../../runtime/src/state/entry-codec.ts';
import { NewestEntries } from '../../../runtime/src/state/newest-entries.ts';
import { holds } from '../property.ts';

/** Columns of which each is packed in another way. */
const VALUES: Readonly<Record<string, (n: number) => unknown>> = {
  numbers: (n) => n,
  lists: (n) => Array.from({ length: n % 4 }, (_, at) => n + at),
  objects: (n) => ({ n, half: n / 2 }),
  values: (n) => new Map([[n, 'n']]),
  empty: () => undefined,
};

const chunk = fc.record({
  part: fc.constantFrom(undefined, 0, 10),
  slots: fc.uniqueArray(fc.nat(30), { maxLength: 20, size: 'max' }),
  column: fc.constantFrom(...Object.keys(VALUES)),
});

/** Entries whose values tell which chunk they are of; of some slots nothing is left. */
function entriesOf(
  { part, slots, column }: typeof chunk extends fc.Arbitrary<infer C> ? C : never,
  at: number,
): Entries {
  const gone = (slot: number) => (slot + at) % 5 === 0;
  return {
    ...(part === undefined ? {} : { part }),
    slots,
    keys: slots.map((slot) => (gone(slot) ? undefined : `key ${slot} of ${at}`)),
    columns: { [column]: slots.map((slot) => (gone(slot) ? undefined : VALUES[column]!(100 * at + slot))) },
  };
}

test('what is read from the newest back settles as all that was written', () =>
  holds(fc.array(chunk, { maxLength: 12, size: 'max' }), (chunks) => {
    const written = chunks.map(entriesOf);
    const newest = new NewestEntries();
    for (const entries of written.toReversed()) newest.add(packEntries(entries));
    const left = newest.take();
    for (const [part, all] of byPart(written)) {
      const settled = settle(all);
      const again = settle(byPart(left).get(part) ?? []);
      // A column that newer entries have replaced altogether is not named any more, and holds nothing anyway.
      for (const [name, values] of Object.entries(settled.columns))
        expect(again.columns[name] ?? values.map(() => undefined)).toEqual(values);
      expect(again.keys).toEqual(settled.keys);
    }
    expect(left.flatMap(({ part, slots }) => slots.map((slot) => `${part} ${slot}`))).toHaveLength(
      new Set(written.flatMap(({ part, slots }) => slots.map((slot) => `${part} ${slot}`))).size,
    );
    return Promise.resolve();
  }));
