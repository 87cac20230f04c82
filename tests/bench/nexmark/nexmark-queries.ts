import { textSum, type RelationSum } from './nexmark-checksum.ts';

/** A query of the benchmark, and what of its rows goes into the checksum. */
export interface NexmarkQuery {
  readonly sql: string;
  readonly add: (out: RelationSum, sign: number, row: never) => void;
}

/** SQL's DECIMAL with three digits that is not negative, as whole thousandths. */
export function thousandths(price: string): number {
  let units = 0;
  for (let at = 0; at < price.length; at++) {
    const digit = price.charCodeAt(at) - 48;
    if (digit >= 0) units = units * 10 + digit;
  }
  return units;
}

const SECOND_WINDOWS = (table: string, keys: string) => `
  SELECT ${keys}, COUNT(*) AS num, window_start AS starttime, window_end AS endtime
  FROM TABLE(HOP(TABLE ${table}, DESCRIPTOR(dateTime), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY ${keys}, window_start, window_end`;

/** Counts by ranges of price, and of distinct bidders and auctions, of q15 and q16. */
const RANKS = [
  '',
  ' FILTER (WHERE price < 10000)',
  ' FILTER (WHERE price >= 10000 AND price < 1000000)',
  ' FILTER (WHERE price >= 1000000)',
];
const COUNTS = [
  ...RANKS.map((filter, at) => `COUNT(*)${filter} AS bids${at}`),
  ...RANKS.map((filter, at) => `COUNT(DISTINCT bidder)${filter} AS bidders${at}`),
  ...RANKS.map((filter, at) => `COUNT(DISTINCT auction)${filter} AS auctions${at}`),
].join(', ');

export interface Counts {
  readonly bids0: number; readonly bids1: number; readonly bids2: number; readonly bids3: number;
  readonly bidders0: number; readonly bidders1: number; readonly bidders2: number; readonly bidders3: number;
  readonly auctions0: number; readonly auctions1: number; readonly auctions2: number; readonly auctions3: number;
} // prettier-ignore

function addCounts(out: RelationSum, sign: number, r: Counts, of: number): void {
  out.add(
    sign,
    r.bids0 * 31 + r.bids1 * 7 + r.bids2 * 5 + r.bids3 + of,
    r.bidders0 * 31 + r.bidders1 * 7 + r.bidders2 * 5 + r.bidders3,
    r.auctions0 * 31 + r.auctions1 * 7 + r.auctions2 * 5 + r.auctions3,
  );
}

interface BidRow { readonly auction: number; readonly bidder: number; readonly price: number; readonly dateTime: number } // prettier-ignore

const addBid = (out: RelationSum, sign: number, { auction, bidder, price }: BidRow): void =>
  out.add(sign, auction, bidder, price);

/** A query, with its rows' columns named. */
function query<R>(sql: string, add: (out: RelationSum, sign: number, row: R) => void): NexmarkQuery {
  return { sql, add: add as NexmarkQuery['add'] };
}

/** q12 groups by the clock in the benchmark; here by event time, so that its result can be told right from wrong. */
export const NEXMARK_QUERIES: Readonly<Record<string, NexmarkQuery>> = {
  q0: query<BidRow>('SELECT auction, bidder, price, dateTime, extra FROM bid', addBid),
  q1: query<{ auction: number; bidder: number; price: string }>(
    'SELECT auction, bidder, 0.908 * price AS price, dateTime, extra FROM bid',
    (out, sign, { auction, bidder, price }) => out.add(sign, auction, bidder, thousandths(price)),
  ),
  q2: query<BidRow>(
    'SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0',
    (out, sign, { auction, price }) => out.add(sign, auction, price, 0),
  ),
  q3: query<{ name: string; city: string; state: string; id: number }>(
    `SELECT P.name, P.city, P.state, A.id FROM auction AS A INNER JOIN person AS P ON A.seller = P.id
     WHERE A.category = 10 AND (P.state = 'OR' OR P.state = 'ID' OR P.state = 'CA')`,
    (out, sign, { name, city, state, id }) =>
      out.add(sign, id, textSum(name), textSum(city) + textSum(state)),
  ),
  q4: query<{ category: number; final: number }>(
    `SELECT Q.category, AVG(Q.final) AS final FROM (
       SELECT MAX(B.price) AS final, A.category FROM auction A, bid B
       WHERE A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires GROUP BY A.id, A.category
     ) Q GROUP BY Q.category`,
    (out, sign, { category, final }) => out.add(sign, category, final, 0),
  ),
  q5: query<{ auction: number; num: number }>(
    `SELECT AuctionBids.auction, AuctionBids.num FROM (${SECOND_WINDOWS('bid', 'auction')}) AS AuctionBids
     JOIN (SELECT MAX(CountBids.num) AS maxn, CountBids.starttime, CountBids.endtime
       FROM (${SECOND_WINDOWS('bid', 'auction')}) AS CountBids GROUP BY CountBids.starttime, CountBids.endtime) AS MaxBids
     ON AuctionBids.starttime = MaxBids.starttime AND AuctionBids.endtime = MaxBids.endtime AND AuctionBids.num >= MaxBids.maxn`,
    (out, sign, { auction, num }) => out.add(sign, auction, num, 0),
  ),
  q7: query<BidRow>(
    `SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra FROM bid B
     JOIN (SELECT MAX(price) AS maxprice, window_end AS dateTime
       FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) B1
     ON B.price = B1.maxprice WHERE B.dateTime BETWEEN B1.dateTime - INTERVAL '10' SECOND AND B1.dateTime`,
    addBid,
  ),
  q8: query<{ id: number; name: string; starttime: number }>(
    `SELECT P.id, P.name, P.starttime FROM (
       SELECT id, name, window_start AS starttime, window_end AS endtime
       FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY id, name, window_start, window_end) P
     JOIN (SELECT seller, window_start AS starttime, window_end AS endtime
       FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY seller, window_start, window_end) A
     ON P.id = A.seller AND P.starttime = A.starttime AND P.endtime = A.endtime`,
    (out, sign, { id, name, starttime }) => out.add(sign, id, textSum(name), starttime),
  ),
  q9: query<{ id: number; bidder: number; price: number }>(
    `SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra, auction, bidder, price,
       bid_dateTime, bid_extra FROM (
       SELECT A.*, B.auction, B.bidder, B.price, B.dateTime AS bid_dateTime, B.extra AS bid_extra,
         ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.dateTime ASC) AS rownum
       FROM auction A, bid B WHERE A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires) WHERE rownum <= 1`,
    (out, sign, { id, bidder, price }) => out.add(sign, id, bidder, price),
  ),
  q11: query<{ bidder: number; bid_count: number; starttime: number; endtime: number }>(
    `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
     FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
     GROUP BY bidder, window_start, window_end`,
    (out, sign, { bidder, bid_count, starttime, endtime }) =>
      out.add(sign, bidder, bid_count, starttime + endtime),
  ),
  q12: query<{ bidder: number; bid_count: number; starttime: number }>(
    `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
     FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end`,
    (out, sign, { bidder, bid_count, starttime }) => out.add(sign, bidder, bid_count, starttime),
  ),
  q14: query<{ auction: number; bidder: number; price: string; bidTimeType: string; c_counts: number }>(
    `SELECT auction, bidder, 0.908 * price AS price,
       CASE WHEN HOUR(dateTime) >= 8 AND HOUR(dateTime) <= 18 THEN 'dayTime'
         WHEN HOUR(dateTime) <= 6 OR HOUR(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
       dateTime, extra, count_char(extra, 'c') AS c_counts
     FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000`,
    (out, sign, { auction, bidder, price, bidTimeType, c_counts }) =>
      out.add(sign, auction, bidder + c_counts, thousandths(price) + bidTimeType.length),
  ),
  q15: query<Counts>(
    `SELECT DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS \`day\`, ${COUNTS} FROM bid GROUP BY DATE_FORMAT(dateTime, 'yyyy-MM-dd')`,
    (out, sign, row) => addCounts(out, sign, row, 0),
  ),
  q16: query<Counts & { readonly channel: string }>(
    `SELECT channel, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS \`day\`, MAX(DATE_FORMAT(dateTime, 'HH:mm')) AS \`minute\`, ${COUNTS}
     FROM bid GROUP BY channel, DATE_FORMAT(dateTime, 'yyyy-MM-dd')`,
    (out, sign, row) => addCounts(out, sign, row, textSum(row.channel)),
  ),
  q17: query<{
    auction: number;
    total: number;
    rank2: number;
    min_price: number;
    max_price: number;
    avg_price: number;
    sum_price: number;
  }>(
    `SELECT auction, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS \`day\`, COUNT(*) AS total, COUNT(*)${RANKS[1]} AS rank1,
       COUNT(*)${RANKS[2]} AS rank2, COUNT(*)${RANKS[3]} AS rank3, MIN(price) AS min_price, MAX(price) AS max_price,
       AVG(price) AS avg_price, SUM(price) AS sum_price FROM bid GROUP BY auction, DATE_FORMAT(dateTime, 'yyyy-MM-dd')`,
    (out, sign, row) =>
      out.add(
        sign,
        row.auction + row.total * 31 + row.rank2,
        row.min_price + row.max_price,
        row.avg_price + row.sum_price,
      ),
  ),
  q18: query<BidRow>(
    `SELECT auction, bidder, price, channel, url, dateTime, extra FROM (
       SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) AS rank_number FROM bid)
     WHERE rank_number <= 1`,
    addBid,
  ),
  q19: query<BidRow & { readonly rank_number: number }>(
    `SELECT * FROM (
       SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number FROM bid)
     WHERE rank_number <= 10`,
    (out, sign, { auction, bidder, price, rank_number }) =>
      out.add(sign, auction * 16 + rank_number, bidder, price),
  ),
  q20: query<BidRow & { readonly id: number; readonly reserve: number }>(
    `SELECT B.auction, B.bidder, B.price, B.channel, B.url, B.dateTime AS bid_dateTime, B.extra AS bid_extra, A.id, A.itemName,
       A.description, A.initialBid, A.reserve, A.dateTime AS auction_dateTime, A.expires, A.seller, A.category, A.extra AS auction_extra
     FROM bid AS B INNER JOIN auction AS A ON B.auction = A.id WHERE A.category = 10`,
    (out, sign, { bidder, price, id, reserve }) => out.add(sign, id, bidder + price, reserve),
  ),
};

/** Nexmark's user function: how often a letter is in a text. */
export function countChar(text: string, letter: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count++;
  return count;
}
