import type { MapState } from '../../state/map-state.ts';
import { isAddition, type Row, type RowKind } from '../changelog-row.ts';
import { rowIdentity } from '../types/value-identity.ts';
import type { RelationJoinType } from '../plan/relation.ts';
import { Padding, padsSide, type JoinSides } from './join-sides.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export interface JoinOptions extends JoinSides {
  readonly type: RelationJoinType;
  /** What tells rows of a side apart where they have a key; without one they are told apart by all they hold, and counted. */
  readonly leftUnique: ((values: readonly unknown[]) => string) | undefined;
  readonly rightUnique: ((values: readonly unknown[]) => string) | undefined;
  /** In ms. */
  readonly leftTimeToLive: number | undefined;
  readonly rightTimeToLive: number | undefined;
}

/** A row of a side: how often it is there, and with how many rows of the other side it is paired. */
interface SideRow {
  readonly values: readonly unknown[];
  readonly count: number;
  readonly partners: number;
}

/** By the identity of the row. Each row has a time to live of its own. */
type Side = MapState<string, SideRow>;

/**
 * Pairs rows of equal keys, of tables that change. A row without a partner is there with NULLs where the join keeps it, and is taken
 * back when the first partner comes. A semi join lets a left row through while it has a partner, an anti join while it has none.
 */
export class JoinOperator extends KeyedTableOperator {
  override readonly judgesTime = false;
  readonly #options: JoinOptions;
  readonly #left: Side;
  readonly #right: Side;
  readonly #padding: Padding;

  constructor(options: JoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#left = this.mapState('left', options.leftTimeToLive);
    this.#right = this.mapState('right', options.rightTimeToLive);
    this.#padding = new Padding(options);
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { type } = this.#options;
    if (type === 'semi' || type === 'anti') this.#half(row, timestamp);
    else this.#full(row, true, timestamp);
  }

  protected override processRow2(row: Row, timestamp: number | undefined): void {
    const { type } = this.#options;
    if (type === 'semi' || type === 'anti') this.#otherHalf(row, timestamp);
    else this.#full(row, false, timestamp);
  }

  /** Inner and outer joins, seen from the side that the row is of. */
  #full(row: Row, fromLeft: boolean, timestamp: number | undefined): void {
    const { type, matches, leftKeyIsNull, rightKeyIsNull } = this.#options;
    const [own, other] = fromLeft ? [this.#left, this.#right] : [this.#right, this.#left];
    const keepsOwn = padsSide(type, fromLeft);
    const keepsOther = padsSide(type, !fromLeft);
    const { values } = row;
    const adds = isAddition(row);
    const pair = (mine: readonly unknown[], theirs: readonly unknown[]) =>
      fromLeft ? [...mine, ...theirs] : [...theirs, ...mine];
    const isNull = (fromLeft ? leftKeyIsNull : rightKeyIsNull)(values);
    const partners = isNull
      ? []
      : [...other.entries()].filter(([, { values: theirs }]) =>
          fromLeft ? matches(values, theirs) : matches(theirs, values),
        );
    const count = partners.reduce((sum, [, partner]) => sum + partner.count, 0);
    if (!this.#keep(own, this.#identityOf(fromLeft), values, adds, count)) return;
    if (partners.length === 0) {
      if (keepsOwn) this.emit(adds ? '+I' : '-D', this.#padding.padded(values, fromLeft), timestamp);
      return;
    }
    // Padded rows that the pairs stand for go all before the pairs come, and come back after they have gone.
    if (keepsOther && adds) this.#padOthers(partners, 0, '-D', !fromLeft, timestamp);
    // With padded rows a pair may stand for another row, so that it is not an update of one row any more.
    const isUpdate = !keepsOwn && !(adds && keepsOther);
    const kind: RowKind = isUpdate ? row.kind : adds ? '+I' : '-D';
    for (const [, partner] of partners)
      for (let copy = 0; copy < partner.count; copy++)
        this.emit(kind, pair(values, partner.values), timestamp);
    if (keepsOther && !adds) this.#padOthers(partners, 1, '+I', !fromLeft, timestamp);
    // A row that is never padded need not know how many it is paired with: it lives on as long as it would have.
    if (keepsOther)
      for (const [identity, partner] of partners)
        other.put(identity, { ...partner, partners: partner.partners + (adds ? 1 : -1) });
  }

  /** Takes away, or brings back, the padded rows of partners that have that many of their own. */
  #padOthers(
    partners: readonly (readonly [string, SideRow])[],
    having: number,
    kind: RowKind,
    left: boolean,
    timestamp: number | undefined,
  ): void {
    for (const [, partner] of partners) {
      if (partner.partners !== having) continue;
      const padded = this.#padding.padded(partner.values, left);
      for (let copy = 0; copy < partner.count; copy++) this.emit(kind, padded, timestamp);
    }
  }

  #half(row: Row, timestamp: number | undefined): void {
    const { type, matches, leftKeyIsNull } = this.#options;
    const { values } = row;
    const partners = leftKeyIsNull(values)
      ? []
      : [...this.#right.values()].filter((candidate) => matches(values, candidate.values));
    const count = partners.reduce((sum, partner) => sum + partner.count, 0);
    if (!this.#keep(this.#left, this.#identityOf(true), values, isAddition(row), count)) return;
    if (count > 0 === (type === 'semi')) this.emit(row.kind, values, timestamp);
  }

  #otherHalf(row: Row, timestamp: number | undefined): void {
    const { type, matches, rightKeyIsNull } = this.#options;
    const adds = isAddition(row);
    if (!this.#keep(this.#right, this.#identityOf(false), row.values, adds, 0)) return;
    if (rightKeyIsNull(row.values)) return;
    for (const [identity, left] of [...this.#left.entries()]) {
      if (!matches(left.values, row.values)) continue;
      const partners = left.partners + (adds ? 1 : -1);
      this.#left.put(identity, { ...left, partners });
      if (left.partners > 0 === partners > 0) continue;
      // A left row that is let through by another row than before is the same row, so that the semi join updates it.
      const kind = type === 'semi' ? row.kind : adds ? '-D' : '+I';
      for (let copy = 0; copy < left.count; copy++) this.emit(kind, left.values, timestamp);
    }
  }

  #identityOf(left: boolean): (values: readonly unknown[]) => string {
    return (left ? this.#options.leftUnique : this.#options.rightUnique) ?? rowIdentity;
  }

  /** Notes that the row is there once more or less; false if it was not there to be taken back. */
  #keep(
    side: Side,
    identityOf: (values: readonly unknown[]) => string,
    values: readonly unknown[],
    adds: boolean,
    partners: number,
  ): boolean {
    const identity = identityOf(values);
    const known = side.get(identity);
    if (!adds && known === undefined) return false;
    if (identityOf !== rowIdentity) {
      // Of rows with a key of their own the new version is put in the place of the old one.
      if (adds) side.put(identity, { values, count: 1, partners });
      else side.remove(identity);
      return true;
    }
    const count = (known?.count ?? 0) + (adds ? 1 : -1);
    if (count === 0) side.remove(identity);
    else side.put(identity, { values: known?.values ?? values, count, partners });
    return true;
  }
}
