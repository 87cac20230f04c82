// The event stream of the benchmark: event `i` is a function of `i` alone, so that results can be told right or wrong.

export const BASE = 1_700_000_000_000;

export interface BenchEvent {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly dateTime: number;
  readonly kind: number;
  readonly channel: string;
  readonly url: string;
}

const CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'] as const;
const URLS = Array.from({ length: 1024 }, (_unused, at) => `https://www.nexmark.com/item.htm?query=${at}`);

/** Mixes the bits of a 32-bit integer. */
function scramble(seed: number): number {
  let bits = seed ^ (seed >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

export function eventAt(i: number): BenchEvent {
  const a = scramble((2 * i + 0x9e3779b9) | 0);
  const b = scramble((2 * i + 1 + 0x9e3779b9) | 0);
  return {
    auction: (a >>> 0) % ((b & 3) === 0 ? 100 : 10_000),
    bidder: (b >>> 6) % 20_000,
    price: ((a >>> 8) % 10_000) + 1,
    // 100 events a ms, up to a second out of order.
    dateTime: BASE + Math.floor(i / 100) - ((b >>> 20) % 1000),
    kind: (b & 63) === 1 ? 1 : (b & 7) === 0 ? 2 : 0,
    channel: CHANNELS[(b >>> 4) & 3]!,
    url: URLS[(a >>> 4) & 1023]!,
  };
}

/** The same events with a million auctions in place of ten thousand. */
export function wideEventAt(i: number): BenchEvent {
  const a = scramble((2 * i + 0x9e3779b9) | 0);
  const b = scramble((2 * i + 1 + 0x9e3779b9) | 0);
  return {
    auction: (a >>> 0) % ((b & 3) === 0 ? 100 : 1_000_000),
    bidder: (b >>> 6) % 20_000,
    price: ((a >>> 8) % 10_000) + 1,
    dateTime: BASE + Math.floor(i / 100) - ((b >>> 20) % 1000),
    kind: (b & 63) === 1 ? 1 : (b & 7) === 0 ? 2 : 0,
    channel: CHANNELS[(b >>> 4) & 3]!,
    url: URLS[(a >>> 4) & 1023]!,
  };
}

/** Adds up rows in any order: their number, and a checksum over three numbers of each. */
export class Checksum {
  rows = 0;
  sum = 0;

  add(x: number, y: number, z: number): void {
    let bits = Math.imul(x, 0x9e3779b1);
    bits = Math.imul(bits ^ y, 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 15) ^ z, 0xc2b2ae35);
    this.sum = (this.sum + (bits ^ (bits >>> 16))) | 0;
    this.rows++;
  }
}

/** End of a window as the checksum takes it: seconds since the first event. */
export function secondOf(windowEnd: number): number {
  return (windowEnd - BASE) / 1000;
}
