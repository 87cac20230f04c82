// What one would write by hand for each query: one loop that makes one object an event, a direct call for each step, a
// Map of state. The yardstick. An event is an object of seven fields that a function returns, as it is for the engine;
// where a loop looks at two of them only, the compiler may see that nobody needs the object and leave it out. Nothing here
// prevents that: it is what a loop by hand is good for.
import { Checksum, eventAt, secondOf, wideEventAt, type BenchEvent } from './events.ts';

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

  constant(n) {
    const out = new Checksum();
    for (let i = 0; i < n; i++) if (eventAt(i).auction % 3 !== 0) out.add(1, 0, 0);
    return out;
  },

  q7(n) {
    const out = new Checksum();
    const windows = new Map<number, { max: number; best: BenchEvent[] }>();
    let latest = -Infinity;
    const fire = (watermark: number) => {
      for (const [end, { best }] of windows) {
        if (end - 1 > watermark) continue;
        windows.delete(end);
        for (const { auction, price, bidder } of best) out.add(auction, price, bidder);
      }
    };
    for (let i = 0; i < n; i++) {
      const event = eventAt(i);
      const time = event.dateTime;
      if (time > latest) latest = time;
      const end = time - (time % 10_000) + 10_000;
      let window = windows.get(end);
      if (window === undefined) windows.set(end, (window = { max: 0, best: [] }));
      if (event.price > window.max) {
        window.max = event.price;
        window.best = [event];
      } else if (event.price === window.max) {
        window.best.push(event);
      }
      if (i % 1024 === 0) fire(latest - 1001);
    }
    fire(Infinity);
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

  q12: (n) => countTumbling(n, eventAt, ({ auction }) => auction),
  'q12-string': (n) => countTumbling(n, eventAt, ({ channel, auction }) => `${channel} ${auction}`),
  'q12-pair': (n) => countTumbling(n, eventAt, ({ channel, auction }) => `${channel} ${auction}`),
  'q12-1m': (n) => countTumbling(n, wideEventAt, ({ auction }) => auction),
  anom: (n) => findAnomalies(n, eventAt, ({ auction }) => auction),
  'anom-string': (n) => findAnomalies(n, eventAt, ({ channel, auction }) => `${channel} ${auction}`),
  'anom-pair': (n) => findAnomalies(n, eventAt, ({ channel, auction }) => `${channel} ${auction}`),
  'anom-1m': (n) => findAnomalies(n, wideEventAt, ({ auction }) => auction),
  q5: countSliding,
  session: countSessions,
  timers: countBySecond,

  // Events of one millisecond wait together until the watermark has passed it.
  pattern(n) {
    const out = new Checksum();
    const waiting = new Map<number, BenchEvent[]>();
    const highs = new Map<number, BenchEvent[]>();
    let latest = -Infinity;
    let done = Infinity;
    const take = (event: BenchEvent) => {
      const { auction, price, dateTime } = event;
      const open = highs.get(auction)?.filter((high) => dateTime - high.dateTime < 2000) ?? [];
      if (price < 500) {
        for (const high of open) out.add(auction, high.price, price);
        open.length = 0;
      }
      if (price > 9500) open.push(event);
      if (open.length > 0) highs.set(auction, open);
      else highs.delete(auction);
    };
    const advance = (watermark: number) => {
      for (; done <= watermark; done++) {
        for (const event of waiting.get(done) ?? []) take(event);
        waiting.delete(done);
      }
    };
    for (let i = 0; i < n; i++) {
      const event = eventAt(i);
      const time = event.dateTime;
      if (time > latest) latest = time;
      if (time < done) done = time;
      const together = waiting.get(time);
      if (together === undefined) waiting.set(time, [event]);
      else together.push(event);
      if (i % 1024 === 0) advance(latest - 1001);
    }
    advance(latest);
    return out;
  },
};

type EventAt = (i: number) => BenchEvent;
type KeyOf<K> = (event: BenchEvent) => K;

function findAnomalies<K>(n: number, at: EventAt, keyOf: KeyOf<K>): Checksum {
  const out = new Checksum();
  const states = new Map<K, { sum: number; count: number }>();
  for (let i = 0; i < n; i++) {
    const event = at(i);
    const key = keyOf(event);
    const { auction, price } = event;
    let state = states.get(key);
    if (state === undefined) states.set(key, (state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
    if (state.count >= 10 && price * state.count * 10 > state.sum * 19) {
      out.add(auction, price, Math.floor(state.sum / state.count));
    }
  }
  return out;
}

/** What is counted is told by its number of an auction; keys of text end with it. */
function auctionOf(key: unknown): number {
  return typeof key === 'number' ? key : Number(String(key).split(' ')[1]);
}

/** Counts by key in windows of 10 s, which fire every 1,024 events as far as the watermark has come. */
function countTumbling<K>(n: number, at: EventAt, keyOf: KeyOf<K>): Checksum {
  const out = new Checksum();
  const windows = new Map<number, Map<K, number>>();
  let latest = -Infinity;
  const fire = (watermark: number) => {
    for (const [end, counts] of windows) {
      if (end - 1 > watermark) continue;
      windows.delete(end);
      const second = secondOf(end);
      for (const [key, count] of counts) out.add(auctionOf(key), second, count);
    }
  };
  for (let i = 0; i < n; i++) {
    const event = at(i);
    const key = keyOf(event);
    const time = event.dateTime;
    if (time > latest) latest = time;
    const end = time - (time % 10_000) + 10_000;
    let counts = windows.get(end);
    if (counts === undefined) windows.set(end, (counts = new Map()));
    const count = counts.get(key);
    counts.set(key, count === undefined ? 1 : count + 1);
    if (i % 1024 === 0) fire(latest - 1001);
  }
  fire(Infinity);
  return out;
}

/** Counts by auction in windows of 10 s every 2 s; each event is counted once, and five slices are added up for a window. */
function countSliding(n: number): Checksum {
  const size = 10_000;
  const slide = 2_000;
  const out = new Checksum();
  const slices = new Map<number, Map<number, number>>();
  let latest = -Infinity;
  let fired = -Infinity;
  const fire = (watermark: number) => {
    for (;;) {
      let oldest = Infinity;
      for (const end of slices.keys()) if (end < oldest) oldest = end;
      if (oldest === Infinity) return;
      const end = Math.max(fired + slide, oldest);
      if (end - 1 > watermark) return;
      const counts = new Map<number, number>();
      for (let slice = end - size + slide; slice <= end; slice += slide) {
        for (const [auction, count] of slices.get(slice) ?? []) {
          counts.set(auction, (counts.get(auction) ?? 0) + count);
        }
      }
      const second = secondOf(end);
      for (const [auction, count] of counts) out.add(auction, second, count);
      fired = end;
      for (const slice of slices.keys()) if (slice <= end - size + slide) slices.delete(slice);
    }
  };
  for (let i = 0; i < n; i++) {
    const event = eventAt(i);
    const time = event.dateTime;
    if (time > latest) latest = time;
    const end = time - (time % slide) + slide;
    let counts = slices.get(end);
    if (counts === undefined) slices.set(end, (counts = new Map()));
    const count = counts.get(event.auction);
    counts.set(event.auction, count === undefined ? 1 : count + 1);
    if (i % 1024 === 0) fire(latest - 1001);
  }
  fire(Infinity);
  return out;
}

/** Counts by auction in sessions that end after half a second without an event; the key's sessions are a short list. */
function countSessions(n: number): Checksum {
  const gap = 500;
  const out = new Checksum();
  const sessions = new Map<number, { start: number; end: number; count: number }[]>();
  let latest = -Infinity;
  let watermark = -Infinity;
  let swept = -Infinity;
  const fire = (auction: number, list: { start: number; end: number; count: number }[]) => {
    for (let at = list.length - 1; at >= 0; at--) {
      const { end, count } = list[at]!;
      if (end - 1 > watermark) continue;
      out.add(auction, end % 1_000_000, count);
      list[at] = list[list.length - 1]!;
      list.pop();
    }
  };
  const sweep = () => {
    for (const [auction, list] of sessions) {
      fire(auction, list);
      if (list.length === 0) sessions.delete(auction);
    }
  };
  for (let i = 0; i < n; i++) {
    const event = eventAt(i);
    const time = event.dateTime;
    if (time > latest) latest = time;
    let list = sessions.get(event.auction);
    if (list === undefined) sessions.set(event.auction, (list = []));
    else fire(event.auction, list);
    let found = -1;
    for (let at = list.length - 1; at >= 0; at--) {
      const session = list[at]!;
      if (session.start > time + gap || session.end < time) continue;
      if (found < 0) {
        session.start = Math.min(session.start, time);
        session.end = Math.max(session.end, time + gap);
        session.count++;
      } else {
        const other = list[found]!;
        session.start = Math.min(session.start, other.start);
        session.end = Math.max(session.end, other.end);
        session.count += other.count;
        list.splice(found, 1);
      }
      found = at;
    }
    if (found < 0) list.push({ start: time, end: time + gap, count: 1 });
    if (i % 1024 === 1023) watermark = latest - 1001;
    if (watermark >= swept + 1000) {
      sweep();
      swept = watermark;
    }
  }
  watermark = Infinity;
  sweep();
  return out;
}

/** Counts by auction from one full second of the watermark to the next: an event sets its key's alarm for the next one. */
function countBySecond(n: number): Checksum {
  const out = new Checksum();
  const counts = new Map<number, number>();
  const alarms = new Map<number, Set<number>>();
  let latest = -Infinity;
  const fire = (watermark: number) => {
    for (const time of [...alarms.keys()].sort((a, b) => a - b)) {
      if (time > watermark) return;
      for (const auction of alarms.get(time)!) {
        out.add(auction, secondOf(time), counts.get(auction)!);
        counts.set(auction, 0);
      }
      alarms.delete(time);
    }
  };
  for (let i = 0; i < n; i++) {
    const event = eventAt(i);
    const time = event.dateTime;
    if (time > latest) latest = time;
    counts.set(event.auction, (counts.get(event.auction) ?? 0) + 1);
    const next = time - (time % 1000) + 1000;
    let auctions = alarms.get(next);
    if (auctions === undefined) alarms.set(next, (auctions = new Set()));
    auctions.add(event.auction);
    if (i % 1024 === 1023) fire(latest - 1001);
  }
  fire(Infinity);
  return out;
}
