// The queries over windows, written by hand. A window is done once the watermark, which follows each event, has passed its end.
import { RelationSum, textSum } from './nexmark-checksum.ts';
import { DELAY, nexmarkAt, type Bid } from './nexmark-events.ts';
import type { Loop } from './nexmark-loops.ts';

const SIZE = 10_000;
const SLIDE = 2_000;

/** A window with what is in it, until the watermark has passed it. */
class Windows<T> {
  readonly #make: () => T;
  readonly #done: (end: number, contents: T) => void;
  readonly #size: number;
  readonly #open = new Map<number, T>();
  #end = -1;
  #current: T | undefined;
  #nextEnd = Infinity;

  constructor(size: number, make: () => T, done: (end: number, contents: T) => void) {
    this.#size = size;
    this.#make = make;
    this.#done = done;
  }

  /** The window of a time. */
  at(time: number): T {
    const end = time - (time % this.#size) + this.#size;
    if (end === this.#end) return this.#current!;
    let found = this.#open.get(end);
    if (found === undefined) this.#open.set(end, (found = this.#make()));
    if (end < this.#nextEnd) this.#nextEnd = end;
    this.#end = end;
    return (this.#current = found);
  }

  advance(watermark: number): void {
    if (watermark < this.#nextEnd - 1) return;
    const due = [...this.#open.keys()].filter((end) => end - 1 <= watermark).sort((a, b) => a - b);
    for (const end of due) {
      this.#done(end, this.#open.get(end)!);
      this.#open.delete(end);
    }
    this.#end = -1;
    this.#nextEnd = Math.min(Infinity, ...this.#open.keys());
  }
}

interface Session {
  readonly start: number;
  last: number;
  count: number;
}

export const windowLoops: Readonly<Record<string, Loop>> = {
  /** Bids are counted in slices of two seconds; a window adds up five of them. */
  q5(n) {
    const out = new RelationSum();
    const slices: { readonly end: number; readonly counts: Map<number, number> }[] = [];
    const window = (end: number) => {
      while (slices.length > 0 && slices[0]!.end <= end - SIZE) slices.shift();
      const total = new Map<number, number>();
      let most = 0;
      for (const slice of slices) {
        if (slice.end > end) break;
        for (const [auction, count] of slice.counts) {
          const sum = (total.get(auction) ?? 0) + count;
          total.set(auction, sum);
          if (sum > most) most = sum;
        }
      }
      for (const [auction, count] of total) if (count >= most) out.add(1, auction, count, 0);
    };
    let last = 0;
    const windows = new Windows(SLIDE, () => new Map<number, number>(), (end, counts) => {
      for (; last > 0 && last + SLIDE < end; last += SLIDE) window(last + SLIDE);
      slices.push({ end, counts });
      window(end);
      last = end;
    }); // prettier-ignore
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const counts = windows.at(bid.dateTime);
      counts.set(bid.auction, (counts.get(bid.auction) ?? 0) + 1);
      windows.advance(bid.dateTime - DELAY);
    }
    windows.advance(Infinity);
    for (let end = last + SLIDE; end < last + SIZE; end += SLIDE) window(end);
    return out;
  },

  /** The highest bids of ten seconds; one of the very end of them counts too. */
  q7(n) {
    const out = new RelationSum();
    const add = ({ auction, bidder, price }: Bid) => out.add(1, auction, bidder, price);
    const atStart = new Map<number, Bid[]>();
    const windows = new Windows(SIZE, () => ({ max: 0, bids: [] as Bid[] }), (end, { max, bids }) => {
      bids.forEach(add);
      for (const bid of atStart.get(end) ?? []) if (bid.price === max) add(bid);
      atStart.delete(end);
    }); // prettier-ignore
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { price, dateTime } = bid;
      const best = windows.at(dateTime);
      if (price > best.max) {
        best.max = price;
        best.bids = [bid];
      } else if (price === best.max) best.bids.push(bid);
      if (dateTime % SIZE === 0) {
        const same = atStart.get(dateTime);
        if (same === undefined) atStart.set(dateTime, [bid]);
        else same.push(bid);
      }
      windows.advance(dateTime - DELAY);
    }
    windows.advance(Infinity);
    return out;
  },

  /** People who have come and sold something within the same ten seconds. */
  q8(n) {
    const out = new RelationSum();
    const windows = new Windows(SIZE, () => ({ people: new Map<number, string>(), sellers: new Set<number>() }), (end, { people, sellers }) => {
      for (const [id, name] of people) if (sellers.has(id)) out.add(1, id, textSum(name), end - SIZE);
    }); // prettier-ignore
    for (let i = 0; i < n; i++) {
      const { person, auction } = nexmarkAt(i);
      if (person !== null) {
        windows.at(person.dateTime).people.set(person.id, person.name);
        windows.advance(person.dateTime - DELAY);
      } else if (auction !== null) {
        windows.at(auction.dateTime).sellers.add(auction.seller);
        windows.advance(auction.dateTime - DELAY);
      }
    }
    windows.advance(Infinity);
    return out;
  },

  /** Bids of each bidder until there is none for ten seconds; whose time has come is looked at once a second. */
  q11(n) {
    const out = new RelationSum();
    const sessions = new Map<number, Session>();
    const end = (bidder: number, { start, last, count }: Session) =>
      out.add(1, bidder, count, start + last + SIZE);
    const sweep = (watermark: number) => {
      for (const [bidder, session] of sessions) {
        if (session.last + SIZE - 1 > watermark) continue;
        end(bidder, session);
        sessions.delete(bidder);
      }
    };
    let swept = 0;
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const { bidder, dateTime } = bid;
      const session = sessions.get(bidder);
      if (session !== undefined && dateTime <= session.last + SIZE) {
        session.last = dateTime;
        session.count++;
      } else {
        if (session !== undefined) end(bidder, session);
        sessions.set(bidder, { start: dateTime, last: dateTime, count: 1 });
      }
      if (dateTime - swept >= 1000) {
        swept = dateTime;
        sweep(dateTime - DELAY);
      }
    }
    sweep(Infinity);
    return out;
  },

  q12(n) {
    const out = new RelationSum();
    const windows = new Windows(SIZE, () => new Map<number, number>(), (end, counts) => {
      for (const [bidder, count] of counts) out.add(1, bidder, count, end - SIZE);
    }); // prettier-ignore
    for (let i = 0; i < n; i++) {
      const { bid } = nexmarkAt(i);
      if (bid === null) continue;
      const counts = windows.at(bid.dateTime);
      counts.set(bid.bidder, (counts.get(bid.bidder) ?? 0) + 1);
      windows.advance(bid.dateTime - DELAY);
    }
    windows.advance(Infinity);
    return out;
  },
};
