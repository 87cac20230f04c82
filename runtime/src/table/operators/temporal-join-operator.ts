import type { ValueState } from '../../state/value-state.ts';
import { isAddition, type Row } from '../changelog-row.ts';
import { Padding, type JoinSides } from './join-sides.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export interface TemporalJoinOptions extends Omit<JoinSides, 'rightKeyIsNull'> {
  readonly outer: boolean;
  readonly leftTime: number;
  /** Without one the version is the latest, and rows go out as they come. */
  readonly rightTime: number | undefined;
}

interface Version {
  readonly time: number;
  /** `null` if the row was deleted then. */
  readonly values: readonly unknown[] | null;
}

interface TemporalState {
  /** In the order in which they came. */
  waiting: { readonly time: number; readonly row: Row }[];
  /** By time. */
  versions: Version[];
}

/**
 * Each left row with the version of the right table that was valid at the row's time. In event time a row waits for the watermark of
 * both sides, and all that are due go out in the order in which they came; versions that no row can ask for in time are forgotten.
 */
export class TemporalJoinOperator extends KeyedTableOperator {
  readonly #options: TemporalJoinOptions;
  readonly #padding: Padding;
  readonly #state: ValueState<TemporalState | undefined>;

  constructor(options: TemporalJoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#padding = new Padding(options);
    this.#state = this.valueState('temporal');
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { leftTime, rightTime } = this.#options;
    const state = this.#state.value();
    if (rightTime === undefined) return this.#join(row, state?.versions.at(-1)?.values ?? null, timestamp);
    const time = row.values[leftTime] as number | null;
    if (time === null) return this.tooLate(row, timestamp, undefined);
    const kept = state ?? { waiting: [], versions: [] };
    kept.waiting.push({ time, row });
    this.#state.update(kept);
    // Of a late row it is due with the next watermark, with the oldest version that is still known.
    this.registerTimer(time);
  }

  protected override processRow2(row: Row): void {
    const { rightTime } = this.#options;
    // The old version of a row says nothing that the new one does not.
    if (row.kind === '-U') return;
    const state = this.#state.value() ?? { waiting: [], versions: [] };
    if (rightTime !== undefined && row.values[rightTime] === null && state.versions.length === 0) return;
    const version: Version = {
      // A deletion that says nothing but the key is one of the last version, from its beginning.
      time: rightTime === undefined ? 0 : ((row.values[rightTime] ?? state.versions.at(-1)?.time) as number),
      values: isAddition(row) ? row.values : null,
    };
    if (rightTime === undefined) state.versions = [version];
    else {
      const { versions } = state;
      let at = versions.length;
      while (at > 0 && versions[at - 1]!.time > version.time) at--;
      if (at > 0 && versions[at - 1]!.time === version.time) versions[at - 1] = version;
      else versions.splice(at, 0, version);
      this.registerTimer(version.time);
    }
    this.#state.update(state);
  }

  protected override onTimer(): void {
    const state = this.#state.value();
    if (state === undefined) return;
    const now = this.currentWatermark;
    const due = state.waiting.filter(({ time }) => time <= now);
    state.waiting = state.waiting.filter(({ time }) => time > now);
    for (const { time, row } of due) {
      this.#join(row, state.versions.findLast((version) => version.time <= time)?.values ?? null, time);
    }
    const valid = state.versions.findLastIndex((version) => version.time <= now);
    if (valid > 0) state.versions = state.versions.slice(valid);
    this.#state.update(
      state.waiting.length === 0 && state.versions.every(({ values }) => values === null) ? undefined : state,
    );
  }

  #join({ kind, values }: Row, version: readonly unknown[] | null, timestamp: number | undefined): void {
    const { outer, matches, leftKeyIsNull } = this.#options;
    if (version !== null && !leftKeyIsNull(values) && matches(values, version))
      this.emit(kind, [...values, ...version], timestamp);
    else if (outer) this.emit(kind, this.#padding.padded(values, true), timestamp);
  }
}
