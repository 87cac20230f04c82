// Each query as somebody would write it who has this one question: a loop over the events, with maps.
import { windowLoops } from './nexmark-window-loops.ts';
import { RelationSum, textSum } from './nexmark-checksum.ts';
import { nexmarkAt, type Auction, type Bid, type Person } from './nexmark-events.ts';
import { addCounts, GroupCounts } from './nexmark-group-counts.ts';
import { countChar } from './nexmark-queries.ts';

/** What a query makes of the first `n` events. */
export type Loop = (n: number) => RelationSum;

/** SQL's 0.908 * price, in whole thousandths. */
const ofPrice = (price: number): number => price * 908;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The day is looked at once. */
function dayCache(): (time: number) => string {
  let from = 0;
  let day = '';
  return (time) => {
    if (time - from < 86_400_000 && time >= from) return day;
    from = time - (time % 86_400_000);
    return (day = dayOf(time));
  };
}

interface Offer {
  readonly auction: Auction;
  best: Bid | undefined;
}

export const NEXMARK_LOOPS: Readonly<Record<string, Loop>> = {
  ...windowLoops,

  q0(n) {
    const out = new RelationSum();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { auction, bidder, price, dateTime, extra } = bid;
      const made = { auction, bidder, price, dateTime, extra };
      out.add(1, made.auction, made.bidder, made.price);
    }
    return out;
  },

  q1(n) {
    const out = new RelationSum();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { auction, bidder, price, dateTime, extra } = bid;
      const made = { auction, bidder, price: ofPrice(price), dateTime, extra };
      out.add(1, made.auction, made.bidder, made.price);
    }
    return out;
  },

  q2(n) {
    const out = new RelationSum();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid !== null && bid.auction % 123 === 0) out.add(1, bid.auction, bid.price, 0);
    }
    return out;
  },

  q3(n) {
    const out = new RelationSum();
    const people = new Map<number, Person>();
    const auctions = new Map<number, number[]>();
    const found = ({ name, city, state }: Person, id: number) =>
      out.add(1, id, textSum(name), textSum(city) + textSum(state));
    for (let i = 0; i < n; i++) {
      const { person, auction } = nexmarkAt(i);
      if (person !== null) {
        if (person.state !== 'OR' && person.state !== 'ID' && person.state !== 'CA') continue;
        people.set(person.id, person);
        for (const id of auctions.get(person.id) ?? []) found(person, id);
      } else if (auction !== null && auction.category === 10) {
        const { id, seller } = auction;
        const person = people.get(seller);
        if (person !== undefined) found(person, id);
        const ids = auctions.get(seller);
        if (ids === undefined) auctions.set(seller, [id]);
        else ids.push(id);
      }
    }
    return out;
  },

  q4(n) {
    const out = new RelationSum();
    const offers = new Map<number, Offer>();
    const categories = new Map<number, { sum: number; count: number }>();
    for (let i = 0; i < n; i++) {
      const { auction, bid } = nexmarkAt(i);
      if (auction !== null) offers.set(auction.id, { auction, best: undefined });
      if (bid === null) continue;
      const offer = offers.get(bid.auction);
      if (offer === undefined || bid.dateTime > offer.auction.expires) continue;
      if (offer.best !== undefined && bid.price <= offer.best.price) continue;
      const { category } = offer.auction;
      let total = categories.get(category);
      if (total === undefined) categories.set(category, (total = { sum: 0, count: 0 }));
      if (total.count > 0) out.add(-1, category, Math.floor(total.sum / total.count), 0);
      if (offer.best === undefined) total.count++;
      total.sum += bid.price - (offer.best?.price ?? 0);
      offer.best = bid;
      out.add(1, category, Math.floor(total.sum / total.count), 0);
    }
    return out;
  },

  q9(n) {
    const out = new RelationSum();
    const offers = new Map<number, Offer>();
    for (let i = 0; i < n; i++) {
      const { auction, bid } = nexmarkAt(i);
      if (auction !== null) offers.set(auction.id, { auction, best: undefined });
      if (bid === null) continue;
      const offer = offers.get(bid.auction);
      if (offer === undefined || bid.dateTime > offer.auction.expires) continue;
      const { best } = offer;
      if (best !== undefined) {
        if (bid.price <= best.price) continue;
        out.add(-1, bid.auction, best.bidder, best.price);
      }
      offer.best = bid;
      out.add(1, bid.auction, bid.bidder, bid.price);
    }
    return out;
  },

  q14(n) {
    const out = new RelationSum();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { auction, bidder, dateTime, extra } = bid;
      const price = ofPrice(bid.price);
      if (price <= 1_000_000_000 || price >= 50_000_000_000) continue;
      const hour = new Date(dateTime).getUTCHours();
      const bidTimeType =
        hour >= 8 && hour <= 18 ? 'dayTime' : hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
      const made = { auction, bidder, price, bidTimeType, dateTime, extra, c_counts: countChar(extra, 'c') };
      out.add(1, made.auction, made.bidder + made.c_counts, made.price + made.bidTimeType.length);
    }
    return out;
  },

  q15(n) {
    const out = new RelationSum();
    const days = new Map<string, GroupCounts>();
    const day = dayCache();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const of = day(bid.dateTime);
      let counts = days.get(of);
      if (counts === undefined) days.set(of, (counts = new GroupCounts()));
      addCounts(out, -1, counts, 0);
      counts.take(bid);
      addCounts(out, 1, counts, 0);
    }
    return out;
  },

  q16(n) {
    const out = new RelationSum();
    const channels = new Map<string, Map<string, GroupCounts & { minute?: number }>>();
    const day = dayCache();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const of = day(bid.dateTime);
      let days = channels.get(bid.channel);
      if (days === undefined) channels.set(bid.channel, (days = new Map()));
      let counts: (GroupCounts & { minute?: number }) | undefined = days.get(of);
      if (counts === undefined) days.set(of, (counts = new GroupCounts()));
      const number = textSum(bid.channel);
      addCounts(out, -1, counts, number);
      counts.take(bid);
      counts.minute = Math.max(counts.minute ?? 0, Math.floor((bid.dateTime % 86_400_000) / 60_000));
      addCounts(out, 1, counts, number);
    }
    return out;
  },

  q17(n) {
    const out = new RelationSum();
    interface Stats { total: number; rank1: number; rank2: number; rank3: number; min: number; max: number; sum: number } // prettier-ignore
    const auctions = new Map<number, Map<string, Stats>>();
    const day = dayCache();
    const add = (sign: number, auction: number, { total, rank2, min, max, sum }: Stats) =>
      out.add(sign, auction + total * 31 + rank2, min + max, Math.floor(sum / total) + sum);
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { auction, price } = bid;
      const of = day(bid.dateTime);
      let days = auctions.get(auction);
      if (days === undefined) auctions.set(auction, (days = new Map()));
      let stats = days.get(of);
      if (stats === undefined) {
        days.set(of, (stats = { total: 0, rank1: 0, rank2: 0, rank3: 0, min: price, max: price, sum: 0 }));
      } else add(-1, auction, stats);
      stats.total++;
      if (price < 10_000) stats.rank1++;
      else if (price < 1_000_000) stats.rank2++;
      else stats.rank3++;
      if (price < stats.min) stats.min = price;
      if (price > stats.max) stats.max = price;
      stats.sum += price;
      add(1, auction, stats);
    }
    return out;
  },

  q18(n) {
    const out = new RelationSum();
    const bidders = new Map<number, Map<number, Bid>>();
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { auction, bidder, price } = bid;
      let auctions = bidders.get(bidder);
      if (auctions === undefined) bidders.set(bidder, (auctions = new Map()));
      const last = auctions.get(auction);
      if (last !== undefined) out.add(-1, auction, bidder, last.price);
      auctions.set(auction, bid);
      out.add(1, auction, bidder, price);
    }
    return out;
  },

  q19(n) {
    const out = new RelationSum();
    const auctions = new Map<number, Bid[]>();
    const add = (sign: number, { auction, bidder, price }: Bid, rank: number) =>
      out.add(sign, auction * 16 + rank, bidder, price);
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      let top = auctions.get(bid.auction);
      if (top === undefined) auctions.set(bid.auction, (top = []));
      let at = top.length;
      while (at > 0 && top[at - 1]!.price < bid.price) at--;
      if (at >= 10) continue;
      for (let rank = at; rank < top.length; rank++) add(-1, top[rank]!, rank + 1);
      top.splice(at, 0, bid);
      if (top.length > 10) top.pop();
      for (let rank = at; rank < top.length; rank++) add(1, top[rank]!, rank + 1);
    }
    return out;
  },

  q20(n) {
    const out = new RelationSum();
    const auctions = new Map<number, Auction>();
    const bids = new Map<number, Bid[]>();
    const found = ({ bidder, price }: Bid, { id, reserve }: Auction) =>
      out.add(1, id, bidder + price, reserve);
    for (let i = 0; i < n; i++) {
      const { auction, bid } = nexmarkAt(i);
      if (auction !== null && auction.category === 10) {
        auctions.set(auction.id, auction);
        for (const bid of bids.get(auction.id) ?? []) found(bid, auction);
      } else if (bid !== null) {
        const of = auctions.get(bid.auction);
        if (of !== undefined) found(bid, of);
        const waiting = bids.get(bid.auction);
        if (waiting === undefined) bids.set(bid.auction, [bid]);
        else waiting.push(bid);
      }
    }
    return out;
  },
};
