import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import { KeySelector } from '../../operators/key-selector.ts';
import { Operator } from '../../operators/operator.ts';
import type { Partitioning } from '../../operators/stream-partitioner.ts';
import type { KeyedTable } from '../../state/entries.ts';
import type { Row } from '../changelog-row.ts';
import type { KeptUntil } from '../plan/relation.ts';
import { compileJoinRow, loggedRows, type AppendJoinParts, type JoinRow } from '../lower/join-code.ts';
import { fusedRow } from '../lower/fused-row.ts';
import type { RowKey } from './keyed-table-operator.ts';
import { RowLogs, type WrittenLogs } from './row-logs.ts';

export interface AppendJoinOptions extends AppendJoinParts {
  readonly leftKey: RowKey | undefined;
  readonly rightKey: RowKey | undefined;
  /** `undefined` for ever. */
  readonly leftKept: KeptUntil | undefined;
  readonly rightKept: KeptUntil | undefined;
}

type Written = readonly [left: WrittenLogs, right: WrittenLogs];

/**
 * Pairs rows of equal keys, of tables that rows are only added to. None is ever looked for to be taken back, so that each side is
 * a log of its rows; what `JoinOperator` keeps of a row to find it again costs several times as much. The chain before it hands
 * over a row's values one by one.
 */
export class AppendJoinOperator extends Operator {
  override readonly takesParts = true;
  override readonly judgesTime = false;
  readonly #options: AppendJoinOptions;
  readonly #selectors: readonly KeySelector[];
  readonly #sides: readonly [RowLogs, RowLogs];
  readonly #joinRow: readonly [JoinRow, JoinRow];

  constructor(options: AppendJoinOptions) {
    super();
    this.#options = options;
    const { leftKey, rightKey, leftKept, rightKept } = options;
    this.#selectors = [leftKey, rightKey].map(
      (key) => new KeySelector(key === undefined ? undefined : (row) => key((row as Row).values)),
    );
    this.#sides = [
      new RowLogs('left', loggedRows(options, true), leftKept),
      new RowLogs('right', loggedRows(options, false), rightKept),
    ];
    const joinRow = (left: boolean) => compileJoinRow(options, this, this.#sides, left);
    this.#joinRow = [joinRow(true), joinRow(false)];
  }

  override partitioning(input: number): Partitioning {
    return this.#selectors[input];
  }

  override get isParallel(): boolean {
    return this.#selectors.every(({ keyed }) => keyed);
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.processInput(0, undefined, value, timestamp);
  }

  override processInput(input: number, _key: unknown, value: unknown, timestamp: number | undefined): void {
    this.#joinRow[input]!(...(value as Row).values, timestamp);
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: WriteNext,
    input: number,
  ): string {
    const { leftColumns, rightColumns } = this.#options;
    const width = input === 0 ? leftColumns : rightColumns;
    const { row, before } = fusedRow(scope, value, width);
    const columns = Array.from({ length: width }, (_, at) => row.column(at));
    return `${before}${scope.bind(this.#joinRow[input])}(${[...columns, timestamp].join(', ')});`;
  }

  /** A pair. Generated code calls it. */
  pair(values: readonly unknown[], timestamp: number | undefined): void {
    this.output.collect({ kind: '+I', values }, timestamp);
  }

  /** Something is to be forgotten at that watermark. Generated code calls it. */
  expect(time: number): void {
    this.runtime.alarm.expect(time);
  }

  override get nextEventTime(): number {
    return Math.min(this.#sides[0].nextTime, this.#sides[1].nextTime);
  }

  protected override onWatermark(timestamp: number): void {
    for (const side of this.#sides) side.forget(timestamp);
  }

  override get stateEntryCount(): number {
    return this.#sides[0].size + this.#sides[1].size;
  }

  override get tables(): readonly KeyedTable[] {
    return this.#sides;
  }

  override snapshot(): Written {
    return [this.#sides[0].written(), this.#sides[1].written()];
  }

  override restore(state: unknown): void {
    (state as Written).forEach((written, at) => this.#sides[at]!.expect(written));
  }

  /** Logs of one number become one: what another subtask had forgotten already is forgotten again. */
  override redistribute(states: readonly unknown[], parallelism: number): Written[] {
    const known = states as readonly Written[];
    const joined = ([0, 1] as const).map((side): WrittenLogs => ({
      parts: [...new Set(known.flatMap((written) => written[side].parts))].sort((a, b) => a - b),
      next: Math.max(0, ...known.map((written) => written[side].next)),
    }));
    return Array.from({ length: parallelism }, () => joined as unknown as Written);
  }
}
