import type { FusionScope } from '../../operators/fusion-scope.ts';
import { SessionTable, type Session } from '../../operators/session-table.ts';
import type { KeyedTable } from '../../state/entries.ts';
import { writeKey } from '../lower/fused-key.ts';
import { FusedExpressions, fusedRow } from '../lower/fused-row.ts';
import {
  FusedWindowAggregateOperator,
  type FusedWindowAggregateOptions,
  type Group,
} from './fused-window-aggregate-operator.ts';

export interface SessionAggregateOptions extends FusedWindowAggregateOptions {
  /** In ms. */
  readonly gap: number;
}

/**
 * Aggregates of rows that are only added, in sessions of event time of each key. Sessions lie as those of a DataStream do. A row
 * that would begin a session which has passed, or join with nothing else, is late, and dropped.
 */
export class SessionAggregateOperator extends FusedWindowAggregateOperator {
  readonly #options: SessionAggregateOptions;
  readonly #sessions = new SessionTable();

  constructor(options: SessionAggregateOptions) {
    super(options);
    this.#options = options;
  }

  override get nextEventTime(): number {
    return this.#sessions.timers.nextTime;
  }

  override fuse(scope: FusionScope, value: string, timestamp: string): string {
    const { keys, handler, timeColumn, width } = this.#options;
    const { row, before } = fusedRow(scope, value, width);
    const writer = new FusedExpressions(scope, row);
    const operator = scope.bind(this);
    const [time, key, session, group] = Array.from({ length: 4 }, () => scope.local());
    const locals = keys.map(() => scope.local());
    const keyCode = keys
      .map((expression, at) => `const ${locals[at]} = ${writer.write(expression)};\n`)
      .join('');
    const fresh = [...locals, handler.writeCreate(scope)].filter((part) => part !== '').join(', ');
    const keyOf = writeKey(scope, keys, locals);
    return `${before}${writer.declarations}const ${time} = ${row.column(timeColumn)};
if (${time} === null) ${operator}.skip(${timestamp});
else {
${keyCode}const ${key} = ${keyOf};
let ${session} = ${operator}.find(${key}, ${time});
if (${session} === undefined) ${session} = ${operator}.begin(${key}, ${time}, [${fresh}]);
if (${session} === undefined) ${operator}.skip(${timestamp});
else {
const ${group} = ${session}.accumulator;
${handler.writeAdd(scope, row, group!)}
}
}`;
  }

  /** The session that a row falls into, made of all that it touches. Generated code calls it. */
  find(key: unknown, start: number): Session | undefined {
    const slot = this.#sessions.find(key);
    if (slot < 0) return undefined;
    const end = start + this.#options.gap;
    let found: Session | undefined;
    for (let one = this.#sessions.first(slot); one !== undefined;) {
      const { next } = one;
      if (one.start <= end && one.end >= start) {
        if (found === undefined) found = one;
        else this.#join(found, one);
      }
      one = next;
    }
    if (found === undefined) return undefined;
    if (start < found.start) found.start = start;
    if (end > found.end) found.end = end;
    return found;
  }

  /** The session that a row begins; `undefined` if it has passed. Generated code calls it. */
  begin(key: unknown, start: number, group: Group): Session | undefined {
    const end = start + this.#options.gap;
    if (end - 1 <= this.currentWatermark) return undefined;
    this.runtime.alarm.expect(end - 1);
    return this.#sessions.add(key, start, end, group);
  }

  #join(into: Session, other: Session): void {
    this.mergeInto(into.accumulator as Group, other.accumulator as Group);
    if (other.start < into.start) into.start = other.start;
    if (other.end > into.end) into.end = other.end;
    other.merged = true;
    this.#sessions.remove(other);
  }

  protected override onWatermark(timestamp: number): boolean {
    const { mustStop } = this.runtime;
    const { timers } = this.#sessions;
    for (let timer = timers.poll(timestamp); timer; timer = timers.poll(timestamp)) {
      const session = timer.target;
      if (session.merged) continue;
      const { start, end, accumulator } = session;
      if (end - 1 > timer.time) {
        // It has grown since.
        this.#sessions.touchSession(session);
        session.timer = timers.add(end - 1, session);
        continue;
      }
      this.#sessions.remove(session);
      this.show(accumulator as Group, start, end, end - 1);
      if (mustStop()) return false;
    }
    return true;
  }

  override get timerCount(): number {
    return this.#sessions.size;
  }

  override get stateEntryCount(): number {
    return this.#sessions.size;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#sessions];
  }
}
