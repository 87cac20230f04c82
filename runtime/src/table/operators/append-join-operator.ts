import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import type { JoinOptions } from './join-operator.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export type AppendJoinOptions = Pick<
  JoinOptions,
  'leftKey' | 'rightKey' | 'matches' | 'leftKeyIsNull' | 'rightKeyIsNull'
>;

type Values = readonly unknown[];

/**
 * Pairs rows of equal keys, of tables that rows are only added to. None is ever looked for to be taken back, so that each side is
 * a list a key; what `JoinOperator` keeps of a row to find it again costs several times as much.
 */
export class AppendJoinOperator extends KeyedTableOperator {
  override readonly judgesTime = false;
  readonly #options: AppendJoinOptions;
  readonly #left: ValueState<Values[] | undefined>;
  readonly #right: ValueState<Values[] | undefined>;

  constructor(options: AppendJoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#left = this.valueState('left');
    this.#right = this.valueState('right');
  }

  protected processRow({ values }: Row, timestamp: number | undefined): void {
    const { matches, leftKeyIsNull } = this.#options;
    // NULL equals nothing: such a row has no partner, now or later.
    if (leftKeyIsNull(values)) return;
    keep(this.#left, values);
    const rights = this.#right.value();
    if (rights === undefined) return;
    for (const right of rights) if (matches(values, right)) this.emit('+I', [...values, ...right], timestamp);
  }

  protected override processRow2({ values }: Row, timestamp: number | undefined): void {
    const { matches, rightKeyIsNull } = this.#options;
    if (rightKeyIsNull(values)) return;
    keep(this.#right, values);
    const lefts = this.#left.value();
    if (lefts === undefined) return;
    for (const left of lefts) if (matches(left, values)) this.emit('+I', [...left, ...values], timestamp);
  }
}

function keep(side: ValueState<Values[] | undefined>, values: Values): void {
  const rows = side.value();
  if (rows === undefined) side.update([values]);
  else rows.push(values);
}
