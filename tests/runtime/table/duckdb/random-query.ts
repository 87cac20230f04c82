import type { Random } from './random.ts';

/** Writes random queries in the part of SQL that Flink and DuckDB share, and mean the same by. */
export class RandomQuery {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  query(depth = 2): string {
    const shapes = [
      () => this.#select(),
      () => this.#grouped(),
      () => this.#joined(),
      () => this.#topN(),
      () => this.#over(),
      () => this.#overTime(),
      () => this.#withValueQuery(),
    ];
    if (depth > 0)
      shapes.push(
        () => this.#set(depth),
        () => this.#nested(depth),
        () => this.#withSubQuery(),
        () => this.#groupingSets(),
      );
    return this.#random.pick(shapes)();
  }

  #number(of: readonly string[], depth = 2): string {
    const random = this.#random;
    const column = () => `${random.pick(of)}${random.pick(['a', 'b', 'id'])}`;
    if (depth === 0) return random.chance(0.7) ? column() : String(random.below(5));
    return random.pick([
      column,
      () => String(random.below(6)),
      () => `(${this.#number(of, depth - 1)} ${random.pick(['+', '-', '*'])} ${this.#number(of, depth - 1)})`,
      () => `COALESCE(${this.#number(of, depth - 1)}, ${this.#number(of, depth - 1)})`,
      () =>
        `CASE WHEN ${this.#condition(of, depth - 1)} THEN ${this.#number(of, depth - 1)} ELSE ${this.#number(of, depth - 1)} END`,
      () => `NULLIF(${this.#number(of, depth - 1)}, ${this.#number(of, depth - 1)})`,
      () => `ABS(${this.#number(of, depth - 1)})`,
      () => `CHAR_LENGTH(${this.#text(of, depth - 1)})`,
      () => `SIGN(${this.#number(of, depth - 1)})`,
      () => `ASCII(${this.#text(of, depth - 1)})`,
      () => `POSITION('b' IN ${this.#text(of, depth - 1)})`,
      () => `CAST(${this.#text(of, 0)} IS NULL AS INT)`,
      () => `EXTRACT(${random.pick(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE'])} FROM ${this.#time(of)})`,
      () => `EXTRACT(${random.pick(['MONTH', 'DAY'])} FROM ${random.pick(of)}dt)`,
    ])();
  }

  #text(of: readonly string[], depth = 1): string {
    const random = this.#random;
    const column = `${random.pick(of)}s`;
    if (depth === 0) return column;
    return random.pick([
      () => column,
      () => `UPPER(${column})`,
      () => `(${column} || 'x')`,
      () => `COALESCE(${column}, 'none')`,
      () => `SUBSTRING(${column}, 1, 1)`,
      () => `REPLACE(${column}, 'a', 'o')`,
      () => `TRIM(${column})`,
      () => `LOWER(${column})`,
      () => `REVERSE(${column})`,
      () => `LEFT(${column}, ${random.below(3)})`,
      () => `RIGHT(${column}, ${random.below(3)})`,
      () => `LPAD(${column}, 3, '-')`,
      () => `REPEAT(${column}, 2)`,
      () => `CASE WHEN ${this.#condition(of, 0)} THEN ${column} ELSE 'else' END`,
    ])();
  }

  /** A TIMESTAMP. */
  #time(of: readonly string[], depth = 1): string {
    const random = this.#random;
    const column = `${random.pick(of)}ts`;
    if (depth === 0) return column;
    const interval = random.pick([
      `INTERVAL '${1 + random.below(90)}' ${random.pick(['MINUTE', 'HOUR', 'SECOND'])}`,
      `INTERVAL '${1 + random.below(40)}' DAY`,
      `INTERVAL '${1 + random.below(14)}' MONTH`,
    ]);
    return random.pick([
      column,
      `(${column} ${random.pick(['+', '-'])} ${interval})`,
      `CAST(${random.pick(of)}dt AS TIMESTAMP)`,
      `COALESCE(${column}, TIMESTAMP '2024-02-29 12:30:00')`,
    ]);
  }

  #decimal(of: readonly string[]): string {
    const column = `${this.#random.pick(of)}d`;
    return this.#random.pick([
      column,
      `(${column} + 1.5)`,
      `(${column} * 2)`,
      `(-${column})`,
      `ABS(${column})`,
    ]);
  }

  #condition(of: readonly string[], depth = 2): string {
    const random = this.#random;
    const compare = () =>
      `${this.#number(of, 1)} ${random.pick(['=', '<>', '<', '<=', '>', '>='])} ${this.#number(of, 1)}`;
    if (depth === 0) return compare();
    return random.pick([
      compare,
      () => `${this.#text(of)} = ${this.#text(of)}`,
      () => `${this.#decimal(of)} ${random.pick(['<', '>='])} ${random.below(10)}.25`,
      () => `${random.pick(of)}f`,
      () => `${this.#time(of)} ${random.pick(['<', '>=', '='])} ${this.#time(of)}`,
      () =>
        `${random.pick(of)}dt ${random.pick(['<', '>', '<>'])} DATE '2024-0${2 + random.below(2)}-${10 + random.below(19)}'`,
      () =>
        `(${this.#condition(of, depth - 1)} ${random.pick(['AND', 'OR'])} ${this.#condition(of, depth - 1)})`,
      () => `NOT (${this.#condition(of, depth - 1)})`,
      () => `${this.#number(of, 1)} ${random.pick(['IS NULL', 'IS NOT NULL'])}`,
      () => `${this.#number(of, 1)} ${random.pick(['IN', 'NOT IN'])} (1, 2, ${random.pick(['3', 'NULL'])})`,
      () => `${this.#number(of, 1)} BETWEEN ${this.#number(of, 0)} AND ${this.#number(of, 0)}`,
      () =>
        `${this.#text(of)} ${random.pick(['LIKE', 'NOT LIKE'])} '${random.pick(['a%', '%b', '_', '%', ''])}'`,
      () => `${this.#number(of, 1)} IS ${random.pick(['', 'NOT '])}DISTINCT FROM ${this.#number(of, 1)}`,
    ])();
  }

  #value(of: readonly string[]): string {
    return this.#random.pick([
      () => this.#number(of),
      () => this.#text(of),
      () => this.#decimal(of),
      () => `(${this.#condition(of)})`,
    ])();
  }

  #where(of: readonly string[]): string {
    return this.#random.chance(0.6) ? ` WHERE ${this.#condition(of)}` : '';
  }

  #select(): string {
    const random = this.#random;
    const distinct = random.chance(0.2) ? 'DISTINCT ' : '';
    return `SELECT ${distinct}${this.#value(['t.'])} AS x, ${this.#number(['t.'])} AS y FROM t${this.#where(['t.'])}`;
  }

  #aggregate(of: readonly string[]): string {
    const random = this.#random;
    const call = random.pick([
      () => 'COUNT(*)',
      () => `COUNT(${this.#value(of)})`,
      () => `COUNT(DISTINCT ${this.#number(of, 1)})`,
      () => `SUM(${this.#number(of, 1)})`,
      () => `SUM(DISTINCT ${this.#number(of, 1)})`,
      () => `SUM(${random.pick(of)}d)`,
      () => `${random.pick(['MIN', 'MAX'])}(${this.#number(of, 1)})`,
      () => `${random.pick(['MIN', 'MAX'])}(${this.#text(of)})`,
      () => `${random.pick(['MIN', 'MAX'])}(${random.pick(of)}d)`,
    ])();
    return random.chance(0.25) ? `${call} FILTER (WHERE ${this.#condition(of, 1)})` : call;
  }

  #grouped(): string {
    const random = this.#random;
    const key = random.pick([
      () => `(${this.#number(['t.'], 1)} + t.a)`,
      () => this.#text(['t.']),
      () => 't.f',
    ])();
    const having = random.chance(0.3)
      ? ` HAVING ${random.pick(['COUNT(*) > 1', `${this.#aggregate(['t.'])} IS NOT NULL`])}`
      : '';
    const where = this.#where(['t.']);
    return `SELECT ${key} AS x, ${this.#aggregate(['t.'])} AS y, ${this.#aggregate(['t.'])} AS z FROM t${where} GROUP BY ${key}${having}`;
  }

  #groupingSets(): string {
    const random = this.#random;
    const groups = random.pick([
      'GROUPING SETS ((t.a), (t.s), ())',
      'ROLLUP (t.a, t.s)',
      'CUBE (t.a, t.f)',
      'GROUPING SETS ((t.a, t.f), (t.f))',
    ]);
    const keys = groups.includes('t.s') ? 't.a, t.s' : 't.a, t.f';
    // Over no rows at all, () has a group in DuckDB as in batch; a stream has nothing to show yet.
    return `SELECT ${keys}, ${this.#aggregate(['t.'])} AS y FROM t GROUP BY ${groups}`;
  }

  #joined(): string {
    const random = this.#random;
    const of = ['t.', 'u.'];
    const type = random.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
    const equal = random.pick(['t.a = u.a', 't.b = u.b', 't.s = u.s', 't.a = u.a AND t.s = u.s']);
    const more = random.chance(0.4)
      ? ` AND ${this.#condition(type === 'FULL JOIN' ? [random.pick(of)] : of, 1)}`
      : '';
    return `SELECT t.id AS x, u.id AS y, ${this.#value(of)} AS z FROM t ${type} u ON ${equal}${more}${this.#where(of)}`;
  }

  #topN(): string {
    const random = this.#random;
    const order = random.pick(['a', 'd', 's', 'b']);
    const direction = random.pick(['ASC NULLS FIRST', 'DESC NULLS LAST', 'DESC NULLS FIRST']);
    const places = random.pick(['rn <= 2', 'rn = 1', 'rn = 2', 'rn BETWEEN 2 AND 3', 'rn < 4']);
    return `SELECT id, ${order}, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ${random.pick(['f', 'a', 's'])} ORDER BY ${order} ${direction}, id) AS rn FROM t) x WHERE ${places}`;
  }

  /** `id` last in the order, so that it is one: what stands before a row is then the same however rows came. */
  #over(): string {
    const random = this.#random;
    const partition = random.chance(0.7) ? `PARTITION BY ${random.pick(['f', 'a', 's'])} ` : '';
    const order = random.pick(['', 'a ASC NULLS FIRST, ', 'd DESC NULLS LAST, ', 's ASC NULLS FIRST, ']);
    const call = random.pick([
      () => 'COUNT(*)',
      () => `COUNT(${this.#number([''], 1)})`,
      () => `SUM(${this.#number([''], 1)})`,
      () => `${random.pick(['MIN', 'MAX'])}(${random.pick(['a', 'd', 's'])})`,
      () => 'ROW_NUMBER()',
    ])();
    return `SELECT id, ${call} OVER (${partition}ORDER BY ${order}id) AS x FROM t${this.#where([''])}`;
  }

  /** Frames go by time, of rows that come for good. */
  #overTime(): string {
    const random = this.#random;
    const partition = random.chance(0.7) ? `PARTITION BY ${random.pick(['f', 'a', 's'])} ` : '';
    const from = random.pick([
      `ROWS BETWEEN ${1 + random.below(3)} PRECEDING`,
      `RANGE BETWEEN INTERVAL '${1 + random.below(4)}' SECOND PRECEDING`,
      'ROWS BETWEEN UNBOUNDED PRECEDING',
      'RANGE BETWEEN UNBOUNDED PRECEDING',
    ]);
    const call = random.pick([
      () => 'COUNT(*)',
      () => `COUNT(${this.#number([''], 1)})`,
      () => `SUM(${this.#number([''], 1)})`,
      () => `SUM(d)`,
      () => `${random.pick(['MIN', 'MAX'])}(${random.pick(['a', 'd', 's'])})`,
    ]);
    const over = `OVER (${partition}ORDER BY ts ${from} AND CURRENT ROW)`;
    return `SELECT id, ${call()} ${over} AS x, ${call()} ${over} AS y FROM v`;
  }

  /** An aggregate of what of `u` belongs to a row of `t`. */
  #correlatedAggregate(): string {
    const random = this.#random;
    const more = random.chance(0.4) ? ` AND ${this.#condition(['u.'], 1)}` : '';
    const on = random.pick(['u.a = t.a', 't.s = u.s', 'u.b = t.a + 1', 'u.a = t.a AND u.f = t.f']);
    const selected = random.pick([
      () => this.#aggregate(['u.']),
      () => `COUNT(*) + COALESCE(MAX(u.a), 0)`,
      () => `SUM(u.a) - MIN(u.b)`,
    ])();
    const having = random.chance(0.2) ? ` HAVING COUNT(*) ${random.pick(['> 1', '< 2', '= 0'])}` : '';
    return `(SELECT ${selected} FROM u WHERE ${on}${more}${having})`;
  }

  /** The first row of `u` that belongs to a row of `t`. */
  #correlatedFirst(column: string): string {
    const random = this.#random;
    const order = random.pick(['u.a ASC NULLS FIRST, ', 'u.d DESC NULLS LAST, ', '']);
    return `(SELECT u.${column} FROM u WHERE u.${random.pick(['a = t.a', 's = t.s'])} ORDER BY ${order}u.id ${random.pick(['', 'DESC '])}LIMIT 1)`;
  }

  #withValueQuery(): string {
    const random = this.#random;
    const value = random.chance(0.7)
      ? this.#correlatedAggregate()
      : this.#correlatedFirst(random.pick(['a', 's', 'd', 'id']));
    return `SELECT t.id AS x, ${value} AS y FROM t${this.#where(['t.'])}`;
  }

  #set(depth: number): string {
    const random = this.#random;
    const operation = random.pick([
      'UNION',
      'UNION ALL',
      'INTERSECT',
      'EXCEPT',
      'INTERSECT ALL',
      'EXCEPT ALL',
    ]);
    const side = (table: string) =>
      `SELECT ${table}.a AS x, ${table}.s AS y FROM ${table}${this.#where([`${table}.`])}`;
    const set = `${side('t')} ${operation} ${side('u')}`;
    return depth > 1 && random.chance(0.3) ? `SELECT x, COUNT(*) AS n FROM (${set}) q GROUP BY x` : set;
  }

  #nested(depth: number): string {
    const random = this.#random;
    const inner = random.pick([() => this.#grouped(), () => this.#joined(), () => this.query(depth - 1)])();
    return random.pick([
      `SELECT COUNT(*) AS n FROM (${inner}) q HAVING COUNT(*) > 0`,
      `WITH q AS (${inner}) SELECT * FROM q`,
    ]);
  }

  #withSubQuery(): string {
    const random = this.#random;
    const not = random.chance(0.4) ? 'NOT ' : '';
    const inside = this.#where(['u.']);
    const condition = random.pick([
      () => `t.a ${not}IN (SELECT u.a FROM u${inside})`,
      () => `${not}EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND ${this.#condition(['u.'], 1)})`,
      () => `${not}EXISTS (SELECT 1 FROM u WHERE u.s = t.s AND u.id > t.b)`,
      () => `t.b > (SELECT MIN(u.b) FROM u${inside})`,
      () => `t.a = (SELECT MAX(u.a) FROM u${inside})`,
      () =>
        `t.b ${random.pick(['<', '>=', '<>'])} (SELECT ${random.pick(['MAX(u.b)', 'COUNT(*)', 'MIN(u.a)'])} FROM u WHERE u.a = t.a)`,
      () => `t.b >= ${this.#correlatedFirst('b')}`,
      () => `t.a ${not}IN (SELECT MAX(u.a) FROM u WHERE u.s = t.s)`,
      () => `t.b ${not}IN (SELECT COUNT(*) FROM u WHERE u.a = t.a GROUP BY u.f)`,
      () => `t.b ${not}IN (SELECT u.b FROM u WHERE u.a = t.a ORDER BY u.id LIMIT 2)`,
      () => `${not}EXISTS (SELECT u.s FROM u WHERE u.a = t.a GROUP BY u.s HAVING COUNT(*) > 1)`,
      () =>
        `${not}EXISTS (SELECT COUNT(*) FROM u WHERE u.a = t.a HAVING COUNT(*) ${random.pick(['< 2', '> 1'])})`,
      () => `${not}EXISTS (SELECT u.id FROM u WHERE u.a = t.a ORDER BY u.id LIMIT 1)`,
    ])();
    return `SELECT t.id AS x, ${this.#value(['t.'])} AS y FROM t WHERE ${condition}${random.chance(0.4) ? ` AND ${this.#condition(['t.'], 1)}` : ''}`;
  }
}
