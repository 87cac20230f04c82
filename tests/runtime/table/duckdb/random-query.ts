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
    ])();
    return `SELECT id, ${call} OVER (${partition}ORDER BY ${order}id) AS x FROM t${this.#where([''])}`;
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
    ])();
    return `SELECT t.id AS x, ${this.#value(['t.'])} AS y FROM t WHERE ${condition}${random.chance(0.4) ? ` AND ${this.#condition(['t.'], 1)}` : ''}`;
  }
}
