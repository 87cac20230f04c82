import { stateKindChanged, stateTypeDiffers, stateVersionDiffers } from './state-errors.ts';
import type { Migrate } from './versioned-descriptor.ts';

/** What a state was when it was written. */
export interface StateSchema {
  /** `value`, `list`, `map`, `reducing`, `aggregating`. */
  readonly kind: string;
  readonly version: number;
}

/** Of a table, by the names of its cells. */
export type StateSchemas = Readonly<Record<string, StateSchema>>;

/** A descriptor, as far as what was written is compared with it. */
export interface DescribedState extends StateSchema {
  readonly name: string;
  readonly migrate?: Migrate | undefined;
  readonly defaultValue?: unknown;
}

/** Values that are compared with the default. */
const COMPARED = 8;

/**
 * How what was written becomes what the descriptor describes; `undefined` if it is that.
 * @param values some of what was written
 * @param expires true if values lie beside their times
 * @throws {TidemarkError} `state-kind-differs`, `state-version-differs`, `state-type-differs`
 */
export function migrationOf(
  was: StateSchema,
  is: DescribedState,
  values: Iterable<unknown>,
  expires: boolean,
): ((held: unknown) => unknown) | undefined {
  const { name, kind, version, migrate } = is;
  if (was.kind !== kind) throw stateKindChanged(name, was.kind, kind);
  if (was.version === version) {
    compareWithDefault(is, values, expires);
    return undefined;
  }
  if (migrate === undefined || was.version > version) throw stateVersionDiffers(name, was.version, version);
  const one = (held: unknown): unknown => migrate(held, was.version);
  return (held) => migrated(kind, held, expires ? (entry) => besideTimes(entry as Expiring, one) : one);
}

interface Expiring {
  readonly value: unknown;
}

/** All that is held of one key. */
function migrated(kind: string, held: unknown, one: (held: unknown) => unknown): unknown {
  if (kind === 'list') {
    const list = (held as readonly unknown[]).map(one).filter((element) => element !== undefined);
    return list.length === 0 ? undefined : list;
  }
  if (kind !== 'map') return one(held);
  const map = new Map<unknown, unknown>();
  for (const [key, value] of held as ReadonlyMap<unknown, unknown>) {
    const now = one(value);
    if (now !== undefined) map.set(key, now);
  }
  return map.size === 0 ? undefined : map;
}

function besideTimes(entry: Expiring, one: (held: unknown) => unknown): unknown {
  const value = one(entry.value);
  return value === undefined ? undefined : { ...entry, value };
}

/** Types are erased: a default of another type than all that is held says that the type has changed. */
function compareWithDefault(
  { name, defaultValue }: DescribedState,
  values: Iterable<unknown>,
  expires: boolean,
) {
  if (defaultValue === undefined || defaultValue === null) return;
  let first: unknown;
  let compared = 0;
  for (const value of values) {
    if (value === undefined) continue;
    const held = expires ? (value as Expiring).value : value;
    if (typeof held === typeof defaultValue) return;
    if (compared === 0) first = held;
    if (++compared === COMPARED) break;
  }
  if (compared > 0) throw stateTypeDiffers(name, typeof first, typeof defaultValue);
}
