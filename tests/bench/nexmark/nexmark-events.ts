// The stream of the Nexmark benchmark: an online auction, of whose events one in 50 is a person, three are auctions and 46 are bids.
// Proportions, ids and how hot some of them are follow the benchmark's generator; event `i` is a function of `i` alone.

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly emailAddress: string;
  readonly creditCard: string;
  readonly city: string;
  readonly state: string;
  readonly dateTime: number;
  readonly extra: string;
}

export interface Auction {
  readonly id: number;
  readonly itemName: string;
  readonly description: string;
  readonly initialBid: number;
  readonly reserve: number;
  readonly dateTime: number;
  readonly expires: number;
  readonly seller: number;
  readonly category: number;
  readonly extra: string;
}

export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly dateTime: number;
  readonly extra: string;
}

/** One of the three is there. */
export interface NexmarkEvent {
  readonly event_type: number;
  readonly person: Person | null;
  readonly auction: Auction | null;
  readonly bid: Bid | null;
}

/** As SQL declares it; the three views on it are the benchmark's tables. */
export const NEXMARK_SCHEMA = `
  event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3),
    expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING>,
  dateTime AS CASE WHEN event_type = 0 THEN person.dateTime WHEN event_type = 1 THEN auction.dateTime ELSE bid.dateTime END,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND`;

export const NEXMARK_VIEWS: Readonly<Record<string, string>> = {
  person: `SELECT person.id, person.name, person.emailAddress, person.creditCard, person.city, person.state, dateTime, person.extra
    FROM events WHERE event_type = 0`,
  auction: `SELECT auction.id, auction.itemName, auction.description, auction.initialBid, auction.reserve, dateTime, auction.expires,
    auction.seller, auction.category, auction.extra FROM events WHERE event_type = 1`,
  bid: `SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, dateTime, bid.extra FROM events WHERE event_type = 2`,
};

/** The watermark is this far behind the latest event, ms. */
export const DELAY = 4_000;
const START = Date.UTC(2026, 0, 1);
const EVENTS_PER_MS = 10;
const FIRST_ID = 1_000;
const ACTIVE_PEOPLE = 1_000;
const OPEN_AUCTIONS = 100;
const CITIES = [
  'Phoenix',
  'Palo Alto',
  'Seattle',
  'Portland',
  'Bend',
  'Boise',
  'Redmond',
  'Cheyenne',
  'Kent',
  'San Mateo',
];
const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'];
const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];
const COLD_CHANNELS = Array.from({ length: 10_000 }, (_unused, at) => `channel-${at}`);
const URLS = Array.from(
  { length: 4_096 },
  (_unused, at) => `https://www.nexmark.com/${(at * 7_919).toString(36)}/item.htm?query=1`,
);
const NAMES = Array.from(
  { length: 99 },
  (_unused, at) =>
    `${'Peter Paul Luke John Saul Vicky Kate Julie Sarah'.split(' ')[at % 9]} ${'Shultz Abrams Spencer White Bartels Walton Smith Jones Noris Fox Hill'.split(' ')[Math.floor(at / 9)]}`,
);
/** Room for random text: what an event carries is a piece of it. */
const TEXT = Array.from({ length: 20_000 }, (_unused, at) =>
  String.fromCharCode(97 + ((scramble(at) >>> 7) % 26)),
).join('');

/** Mixes the bits of a 32-bit integer. */
function scramble(seed: number): number {
  let bits = seed ^ (seed >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** A random number below `most` for an event; each use of one event has a number of its own. */
function pick(i: number, use: number, most: number): number {
  return (scramble((Math.imul(i, 0x9e3779b1) + Math.imul(use, 0x85ebca6b) + 0x51ed270b) | 0) >>> 0) % most;
}

export function timeOf(i: number): number {
  return START + Math.floor(i / EVENTS_PER_MS);
}

const lastPerson = (i: number): number => Math.floor(i / 50);
const lastAuction = (i: number): number => Math.max(0, Math.floor(i / 50) * 3 + Math.min((i % 50) - 1, 2));

function text(i: number, length: number): string {
  const from = pick(i, 9, TEXT.length - length);
  return TEXT.slice(from, from + length);
}

/** From 100 to 100 million, as many of each order of magnitude. */
function price(i: number): number {
  return Math.round(Math.pow(10, (pick(i, 8, 1_000_000) / 1_000_000) * 6) * 100);
}

/** One that is active; three in four are the hot one. */
function person(i: number, hot: number, use: number): number {
  const last = lastPerson(i);
  if (pick(i, use, hot) > 0) return FIRST_ID + Math.floor(last / 100) * 100;
  return FIRST_ID + Math.max(0, last - pick(i, use + 1, ACTIVE_PEOPLE));
}

export function nexmarkAt(i: number): NexmarkEvent {
  const place = i % 50;
  if (place === 0) return { event_type: 0, person: personAt(i), auction: null, bid: null };
  if (place < 4) return { event_type: 1, person: null, auction: auctionAt(i), bid: null };
  return { event_type: 2, person: null, auction: null, bid: bidAt(i) };
}

function personAt(i: number): Person {
  const name = NAMES[pick(i, 0, NAMES.length)]!;
  return {
    id: FIRST_ID + lastPerson(i),
    name,
    emailAddress: `${text(i, 7)}@${text(i + 1, 5)}.com`,
    creditCard: `${1000 + pick(i, 1, 9000)} ${1000 + pick(i, 2, 9000)} ${1000 + pick(i, 3, 9000)} ${1000 + pick(i, 4, 9000)}`,
    city: CITIES[pick(i, 5, CITIES.length)]!,
    state: STATES[pick(i, 6, STATES.length)]!,
    dateTime: timeOf(i),
    extra: text(i, 70),
  };
}

function auctionAt(i: number): Auction {
  const initialBid = price(i);
  const dateTime = timeOf(i);
  // As long as it takes for as many auctions to begin as are open at a time, on average.
  const horizon = timeOf(i + Math.floor((OPEN_AUCTIONS * 50) / 3)) - dateTime;
  return {
    id: FIRST_ID + lastAuction(i),
    itemName: text(i, 20),
    description: text(i + 1, 100),
    initialBid,
    reserve: initialBid + price(i + 1),
    dateTime,
    expires: dateTime + 1 + pick(i, 0, Math.max(horizon * 2, 1)),
    seller: person(i, 4, 1),
    category: 10 + pick(i, 3, 5),
    extra: text(i + 2, 160),
  };
}

function bidAt(i: number): Bid {
  const last = lastAuction(i);
  const hot = pick(i, 0, 2) > 0;
  const channel = pick(i, 5, 2) > 0 ? pick(i, 6, 4) : -1;
  return {
    auction: FIRST_ID + (hot ? Math.floor(last / 100) * 100 : Math.max(0, last - pick(i, 1, OPEN_AUCTIONS))),
    bidder: person(i, 4, 2),
    price: price(i),
    channel: channel < 0 ? COLD_CHANNELS[pick(i, 7, COLD_CHANNELS.length)]! : HOT_CHANNELS[channel]!,
    url: URLS[pick(i, 4, URLS.length)]!,
    dateTime: timeOf(i),
    extra: text(i, 30),
  };
}
