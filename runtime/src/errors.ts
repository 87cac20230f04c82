// The runtime's one error class. Messages say what happened, the likely cause and the next step.

/** What an error carries besides its message. */
export interface TidemarkErrorOptions {
  /** What the message speaks of, as plain data, for tools and tests. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What it was caused by. */
  readonly cause?: unknown;
}

/**
 * An error of the streaming runtime; `code` is stable, the message is not.
 * @example
 * const refused = await env
 *   .fromData(null)
 *   .keyBy((value) => value!)
 *   .sum(() => 1)
 *   .executeAndCollect()
 *   .catch((error) => error);
 * refused.cause.code; // → 'bad-key'
 */
export class TidemarkError extends Error {
  /** `TidemarkError`, or that of a kind of it. */
  override readonly name: string = 'TidemarkError';
  /** What it is told by: stable, in kebab-case. */
  readonly code: string;
  /** What the message speaks of, as plain data. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: TidemarkErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** A value given to the API breaks a rule that is known before anything runs. */
export function badArgument(what: string, value: unknown, rule: string, next: string): TidemarkError {
  return new TidemarkError('bad-argument', `${what} ${shown(value)} cannot be used. ${rule} ${next}`, {
    details: { what, value: shown(value), rule },
  });
}

/** A combination that Flink refuses when the job is built. */
export function unsupported(what: string, why: string, next: string): TidemarkError {
  return new TidemarkError('unsupported', `${what} is not possible: ${why} ${next}`, { details: { what } });
}

/** A key that cannot be compared by value. */
export function badKey(key: unknown, why: string): TidemarkError {
  return new TidemarkError(
    'bad-key',
    `A record has the key ${shown(key)}, and ${why}. A key is a string, number, boolean or bigint, or an array or plain ` +
      'object of those. Filter such records out before keyBy, or give them a key of their own.',
    { details: { key: shown(key) } },
  );
}

/** A record without a timestamp has come to an operator that works in event time. */
export function missingTimestamp(operation = 'event-time windows'): TidemarkError {
  return new TidemarkError(
    'missing-timestamp',
    `A record has no timestamp, and ${operation} need one. Probably no timestamp assigner was given. Use ` +
      'WatermarkStrategy.….withTimestampAssigner((value) => ms) in fromSource or assignTimestampsAndWatermarks.',
  );
}

/** A timestamp assigner has returned something that is not a time. */
export function badTimestamp(timestamp: unknown): TidemarkError {
  return new TidemarkError(
    'bad-timestamp',
    `The timestamp assigner returned ${shown(timestamp)}. A timestamp is a whole number of milliseconds since ` +
      '1970-01-01T00:00:00Z. Convert dates with Date.parse(…) or date.getTime(), and seconds by * 1000.',
    { details: { timestamp: shown(timestamp) } },
  );
}

/** A function object with fields of its own would be shared by two running copies of an operator. */
export function instanceReused(className: string): TidemarkError {
  return new TidemarkError(
    'instance-reused',
    `An instance of ${className} has been opened before and cannot run a second time. It has state or parameters of its ` +
      `own, which two runs would share. Pass a factory instead: process(() => new ${className}(…)).`,
    { details: { className } },
  );
}

/** A record that is not broadcast tries to change broadcast state. */
export function stateIsReadOnly(name: string): TidemarkError {
  return new TidemarkError(
    'state-read-only',
    `The broadcast state '${name}' cannot be written here. Only processBroadcastElement may write to it, since all copies of ` +
      'the operator see the same broadcast records and no others. Broadcast the change as a record, or keep it in keyed state.',
    { details: { name } },
  );
}

/** A broadcast state is asked for that `broadcast(…)` was not told of. */
export function unknownBroadcastState(name: string, known: readonly string[]): TidemarkError {
  return new TidemarkError(
    'unknown-state',
    `There is no broadcast state '${name}' here, only ${known.map((other) => `'${other}'`).join(', ')}. Perhaps the name is ` +
      'misspelt, or its descriptor is missing where the stream is made. Pass it: stream.broadcast(descriptor).',
    { details: { name, known } },
  );
}

/** Keyed state or a timer is touched while a record without a key is handled. */
export function noCurrentKey(what: string): TidemarkError {
  return new TidemarkError(
    'no-current-key',
    `${what} belongs to a key, and a broadcast record has none. Perhaps processBroadcastElement was to reach the keys that have ` +
      'state. Use context.applyToKeyedState(descriptor, (key, state) => …) there.',
    { details: { what } },
  );
}

/** A request to the world outside has not been answered in time. */
export function asyncTimedOut(timeout: number, attempts: number): TidemarkError {
  const tried = attempts > 1 ? ` after ${attempts} attempts` : '';
  return new TidemarkError(
    'async-timed-out',
    `A request was not answered within ${timeout} ms${tried}. What it asks is slow or out of reach. Give it a longer ` +
      'timeout, repetitions ({ retry }), or say what stands in for the answer ({ onTimeout }).',
    { details: { timeout, attempts } },
  );
}

/** Where a record was when a function failed on it. */
export interface OperatorFailure {
  /** Name of the operator. */
  readonly operator: string;
  /** Its `uid`, if it was given one. */
  readonly uid?: string;
  /** What it does, in kebab-case: `map`, `window`. */
  readonly kind: string;
  /** The cell that made it, in a notebook. */
  readonly cell?: string;
  /** Where the user's code failed or, if it was not running, made the operator, outside a notebook: `path:line:column`. */
  readonly location?: string;
  /** A short text of the record, where one was being processed. */
  readonly record?: string;
  /** Event time of the record in epoch ms, if it has one. */
  readonly timestamp?: number;
}

/**
 * A function of the user failed while records ran; `cause` is what it threw, `details` say where.
 * @throws `operator-failed` is its code.
 * @example
 * const failing = env
 *   .fromData('[1]', '[')
 *   .map((text) => JSON.parse(text))
 *   .name('parse');
 * const error = await failing.executeAndCollect().catch((error: OperatorError) => error);
 * error instanceof OperatorError && error.details.operator; // → 'parse'
 * await failing.executeAndCollect(); // throws 'operator-failed'
 */
export class OperatorError extends TidemarkError {
  override readonly name = 'OperatorError';

  constructor(failure: OperatorFailure, cause: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const record = failure.record === undefined ? '' : ` on the record ${failure.record}`;
    const place = failure.location === undefined ? '' : ` (${failure.location})`;
    const { operator, uid } = failure;
    const named = uid === undefined || uid === operator ? operator : `${operator} (uid '${uid}')`;
    super('operator-failed', `${named} failed${record}${place}. ${reason}`, {
      details: { ...failure },
      cause,
    });
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (value instanceof Date) return `Date ${String(value)}`;
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}
