import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import type { JoinSides } from './join-sides.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export type AppendJoinOptions = Pick<
  JoinSides,
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
    this.#join(values, true, timestamp);
  }

  protected override processRow2({ values }: Row, timestamp: number | undefined): void {
    this.#join(values, false, timestamp);
  }

  #join(values: Values, fromLeft: boolean, timestamp: number | undefined): void {
    const { matches, leftKeyIsNull, rightKeyIsNull } = this.#options;
    // NULL equals nothing: such a row has no partner, now or later.
    if ((fromLeft ? leftKeyIsNull : rightKeyIsNull)(values)) return;
    keep(fromLeft ? this.#left : this.#right, values);
    const others = (fromLeft ? this.#right : this.#left).value();
    if (others === undefined) return;
    for (const other of others) {
      const left = fromLeft ? values : other;
      const right = fromLeft ? other : values;
      if (matches(left, right)) this.emit('+I', [...left, ...right], timestamp);
    }
  }
}

function keep(side: ValueState<Values[] | undefined>, values: Values): void {
  const rows = side.value();
  if (rows === undefined) side.update([values]);
  else rows.push(values);
}
