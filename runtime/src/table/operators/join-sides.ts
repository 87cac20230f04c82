import type { RelationJoinType } from '../plan/relation.ts';
import type { RowKey } from './keyed-table-operator.ts';

type Values = readonly unknown[];

/** What any join of two tables goes by. */
export interface JoinSides {
  readonly leftKey: RowKey | undefined;
  readonly rightKey: RowKey | undefined;
  /** What must hold of a pair besides equal keys. */
  readonly matches: (left: Values, right: Values) => boolean;
  /** True for a key that equals nothing, NULL in it. */
  readonly leftKeyIsNull: (values: Values) => boolean;
  readonly rightKeyIsNull: (values: Values) => boolean;
  readonly leftColumns: number;
  readonly rightColumns: number;
}

/** True if rows of the side that nothing is paired with are there all the same, with NULLs. */
export function padsSide(type: RelationJoinType, left: boolean): boolean {
  return type === 'full' || type === (left ? 'left' : 'right');
}

/** Makes the rows of an outer join that nothing is paired with: NULLs stand where the other side would. */
export class Padding {
  readonly #nullsLeft: readonly null[];
  readonly #nullsRight: readonly null[];

  constructor({ leftColumns, rightColumns }: Pick<JoinSides, 'leftColumns' | 'rightColumns'>) {
    this.#nullsLeft = Array<null>(leftColumns).fill(null);
    this.#nullsRight = Array<null>(rightColumns).fill(null);
  }

  padded(values: Values, left: boolean): Values {
    return left ? [...values, ...this.#nullsRight] : [...this.#nullsLeft, ...values];
  }
}
