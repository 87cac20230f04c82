// What one would write by hand for each query: one loop, one object an event, a Map of state. The yardstick.
import { Checksum, eventAt, secondOf, type BenchEvent } from './events.ts';

export const handLoops: Readonly<Record<string, (n: number) => Checksum>> = {
  q1(n) {
    const out = new Checksum();
    for (let i = 0; i < n; i++) {
      const event = eventAt(i);
      const euro = { ...event, price: Math.floor((event.price * 908) / 1000) };
      out.add(euro.auction, euro.price, euro.bidder);
    }
    return out;
  },

  q2(n) {
    const out = new Checksum();
    for (let i = 0; i < n; i++) {
      const event = eventAt(i);
      if (event.auction % 123 === 0) out.add(event.auction, event.price, 0);
    }
    return out;
  },

  anom(n) {
    const out = new Checksum();
    const states = new Map<number, { sum: number; count: number }>();
    for (let i = 0; i < n; i++) {
      const { auction, price } = eventAt(i);
      let state = states.get(auction);
      if (state === undefined) states.set(auction, (state = { sum: 0, count: 0 }));
      state.sum += price;
      state.count++;
      if (state.count >= 10 && price * state.count * 10 > state.sum * 19) {
        out.add(auction, price, Math.floor(state.sum / state.count));
      }
    }
    return out;
  },

  q8(n) {
    const out = new Checksum();
    const windows = new Map<number, Map<number, [BenchEvent[], BenchEvent[]]>>();
    let latest = -Infinity;
    const fire = (watermark: number) => {
      for (const [end, bidders] of windows) {
        if (end - 1 > watermark) continue;
        windows.delete(end);
        const second = secondOf(end);
        for (const [bidder, [persons, auctions]] of bidders) {
          for (let p = 0; p < persons.length; p++)
            for (let a = 0; a < auctions.length; a++) out.add(bidder, auctions[a]!.auction, second);
        }
      }
    };
    for (let i = 0; i < n; i++) {
      const event = eventAt(i);
      const time = event.dateTime;
      if (time > latest) latest = time;
      if (event.kind !== 0) {
        const end = time - (time % 10_000) + 10_000;
        let bidders = windows.get(end);
        if (bidders === undefined) windows.set(end, (bidders = new Map()));
        let sides = bidders.get(event.bidder);
        if (sides === undefined) bidders.set(event.bidder, (sides = [[], []]));
        sides[event.kind - 1]!.push(event);
      }
      if (i % 1024 === 0) fire(latest - 1001);
    }
    fire(Infinity);
    return out;
  },

  interval(n) {
    const out = new Checksum();
    const bidders = new Map<number, [BenchEvent[], BenchEvent[]]>();
    let latest = -Infinity;
    let watermark = -Infinity;
    for (let i = 0; i < n; i++) {
      const event = eventAt(i);
      const time = event.dateTime;
      if (time > latest) latest = time;
      if (event.kind !== 0) {
        let sides = bidders.get(event.bidder);
        if (sides === undefined) bidders.set(event.bidder, (sides = [[], []]));
        sides[event.kind - 1]!.push(event);
        const others = sides[2 - event.kind]!;
        while (others.length > 0 && others[0]!.dateTime + 5000 < watermark) others.shift();
        for (const other of others) {
          if (Math.abs(other.dateTime - time) > 5000) continue;
          const [person, auction] = event.kind === 1 ? [event, other] : [other, event];
          out.add(person.bidder, auction.auction, person.price);
        }
      }
      if (i % 1024 === 0) watermark = latest - 1001;
    }
    return out;
  },

  q12: (n) => countWindows(n, 10_000, 10_000),
  q5: (n) => countWindows(n, 10_000, 2_000),
};

/** Counts by auction in windows, which fire every 1,024 events as far as the watermark has come. */
function countWindows(n: number, size: number, slide: number): Checksum {
  const out = new Checksum();
  const windows = new Map<number, Map<number, number>>();
  let latest = -Infinity;
  const fire = (watermark: number) => {
    for (const [end, counts] of windows) {
      if (end - 1 > watermark) continue;
      windows.delete(end);
      const second = secondOf(end);
      for (const [auction, count] of counts) out.add(auction, second, count);
    }
  };
  for (let i = 0; i < n; i++) {
    const event = eventAt(i);
    const time = event.dateTime;
    if (time > latest) latest = time;
    const first = time - (time % slide) + slide;
    for (let end = first; end < first + size; end += slide) {
      let counts = windows.get(end);
      if (counts === undefined) windows.set(end, (counts = new Map()));
      const count = counts.get(event.auction);
      counts.set(event.auction, count === undefined ? 1 : count + 1);
    }
    if (i % 1024 === 0) fire(latest - 1001);
  }
  fire(Infinity);
  return out;
}
