import type { RelationSum } from './nexmark-checksum.ts';
import type { Bid } from './nexmark-events.ts';

/** Place of a price among the three ranges that q15 and q16 count, from 1. */
const rangeOf = (price: number): number => (price < 10_000 ? 1 : price < 1_000_000 ? 2 : 3);

/** Bids, and who has bid on what, of all prices (at 0) and by range of price. */
export class GroupCounts {
  readonly bids = [0, 0, 0, 0];
  readonly bidders = Array.from({ length: 4 }, () => new Set<number>());
  readonly auctions = Array.from({ length: 4 }, () => new Set<number>());

  take({ auction, bidder, price }: Bid): void {
    const range = rangeOf(price);
    this.bids[0]!++;
    this.bids[range]!++;
    this.bidders[0]!.add(bidder);
    this.bidders[range]!.add(bidder);
    this.auctions[0]!.add(auction);
    this.auctions[range]!.add(auction);
  }
}

export function addCounts(
  out: RelationSum,
  sign: number,
  { bids, bidders, auctions }: GroupCounts,
  of: number,
): void {
  if (bids[0] === 0) return;
  out.add(
    sign,
    bids[0]! * 31 + bids[1]! * 7 + bids[2]! * 5 + bids[3]! + of,
    bidders[0]!.size * 31 + bidders[1]!.size * 7 + bidders[2]!.size * 5 + bidders[3]!.size,
    auctions[0]!.size * 31 + auctions[1]!.size * 7 + auctions[2]!.size * 5 + auctions[3]!.size,
  );
}
