import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { holds } from '../property.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

/** What happens to a session of two streams, one of records that cannot be read again and one of others. */
type Happening =
  | { readonly kind: 'push'; readonly count: number }
  | { readonly kind: 'cell' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'limit rows'; readonly rows: number }
  | { readonly kind: 'limit bytes'; readonly bytes: number }
  | { readonly kind: 'limit time'; readonly time: number }
  | { readonly kind: 'limit snapshots'; readonly ofCells: number; readonly bytes: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'restore'; readonly which: number };

const kind = <K extends string>(name: K) => fc.record({ kind: fc.constant(name) });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 400 }) }),
  },
  { weight: 2, arbitrary: kind('cell') },
  { weight: 3, arbitrary: kind('cut') },
  fc.record({ kind: fc.constant('limit rows' as const), rows: fc.integer({ min: 1, max: 800 }) }),
  // Room for what comes after the last cut: that stays, whatever the budget.
  fc.record({ kind: fc.constant('limit bytes' as const), bytes: fc.integer({ min: 400, max: 8_000 }) }),
  fc.record({ kind: fc.constant('limit time' as const), time: fc.integer({ min: 1, max: 20_000 }) }),
  fc.record({
    kind: fc.constant('limit snapshots' as const),
    ofCells: fc.integer({ min: 1, max: 6 }),
    bytes: fc.integer({ min: 200, max: 20_000 }),
  }),
  kind('crash'),
  kind('restart'),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('restore' as const), which: fc.nat({ max: 20 }) }),
  },
);

/** A session with its two streams, and what is known of every cut that was taken. */
class Kept {
  readonly #path: string;
  readonly #socket = new PushedSource(false);
  readonly #file = new PushedSource(true);
  /** Results of the streams when each cut was taken. */
  readonly #seen = new Map<number, string>();
  #notebook!: Notebook;

  constructor(path: string) {
    this.#path = path;
  }

  async open(resume: boolean): Promise<void> {
    this.#notebook = await Notebook.open(this.#path, resume);
    const { session } = this.#notebook;
    const beginCut = session.beginCut.bind(session);
    // Whoever takes it: the session does so by itself, too, while streams run.
    session.beginCut = (...cut) => {
      const begun = beginCut(...cut);
      if (begun) this.#seen.set(begun.id, this.#results());
      return begun;
    };
    this.#cell();
  }

  async happens(what: Happening): Promise<void> {
    const { session, env } = this.#notebook;
    if (what.kind === 'push') {
      await this.#socket.push(...Array.from({ length: what.count }, (_, n) => n));
      await this.#file.push(what.count);
      this.#pass(1_000);
    } else if (what.kind === 'cell') this.#cell();
    else if (what.kind === 'cut') session.cut({ label: 'cut' });
    else if (what.kind === 'limit rows') env.recording().limit({ rows: what.rows });
    else if (what.kind === 'limit bytes') env.recording().limit({ bytes: what.bytes });
    else if (what.kind === 'limit time') env.recording().limit({ time: what.time });
    else if (what.kind === 'limit snapshots') await env.limitSnapshots(what);
    else if (what.kind === 'restore') await this.#restore(what.which);
    else {
      await this.#notebook.crash();
      await this.open(what.kind === 'crash');
    }
  }

  /** Every cut that is listed can be restored, the newest first: going back to one forgets those after it. */
  async check(): Promise<void> {
    await this.#budgetsHold();
    const listed = this.#notebook.env.snapshots();
    expect(listed.length).toBeGreaterThan(0);
    for (let at = listed.length - 1; at >= 0; at--) await this.#restore(at);
    expect(this.#notebook.warnings).toEqual([]);
    await this.#notebook.crash();
  }

  #cell(): void {
    this.#notebook.cell('a', (env) => {
      this.#counted(env, this.#socket);
      this.#counted(env, this.#file);
    });
  }

  #counted(env: SessionEnvironment, source: PushedSource): void {
    env
      .fromSource(source)
      .keyBy((n) => n % 7)
      .sum(0)
      .show();
  }

  /** Only a clock that stands can be put forward. */
  #pass(ms: number): void {
    const { clock } = this.#notebook.session;
    clock.pause();
    clock.advanceTo(clock.now() + ms);
    clock.resume();
  }

  #results(): string {
    return JSON.stringify(['a/0', 'a/1'].map((id) => this.#notebook.views.get(id)?.values ?? []));
  }

  async #restore(which: number): Promise<void> {
    const { env, session } = this.#notebook;
    const listed = env.snapshots();
    const { id } = listed[which % listed.length]!;
    env.pause();
    await env.restore(id);
    await session.settled();
    expect(this.#results(), `snapshot ${id}`).toBe(this.#seen.get(id));
    for (const known of this.#seen.keys()) if (known > id) this.#seen.delete(known);
    env.resume();
  }

  /** What lies on the disk is no more than the budgets say, but for the rows that are half used. */
  async #budgetsHold(): Promise<void> {
    const { session, env } = this.#notebook;
    await this.happens({ kind: 'push', count: 1 });
    const { rows, bytes, time } = env.recording().limits;
    // A lane that has still to read something keeps it.
    while (!session.engine.settled) await new Promise((resolve) => setImmediate(resolve));
    await session.beginCut({ label: 'last' })?.durable;
    // With what comes then the disk follows: it is looked at twice a second.
    this.#pass(1_000);
    const since = session.clock.now() - time;
    await this.happens({ kind: 'push', count: 1 });
    await this.#notebook.crash();
    const database = new DatabaseSync(this.#path);
    const sum = (sql: string, ...given: number[]) => Number(database.prepare(sql).get(...given)?.['n'] ?? 0);
    const largest = { count: 'max(count)', bytes: 'max(length(bytes))' };
    const slack = (what: keyof typeof largest) => 2 * sum(`SELECT ${largest[what]} AS n FROM records`);
    expect(sum('SELECT sum(count) AS n FROM records')).toBeLessThanOrEqual(rows + slack('count'));
    expect(sum('SELECT sum(length(bytes)) AS n FROM records')).toBeLessThanOrEqual(bytes + slack('bytes'));
    expect(sum('SELECT count(*) AS n FROM records WHERE stamp < ?', since)).toBe(0);
    const cuts = sum('SELECT count(*) AS n FROM cut');
    const unused = sum('SELECT count(*) AS n FROM blob WHERE hash NOT IN (SELECT hash FROM cut_blob)');
    const missing = sum('SELECT count(*) AS n FROM cut_blob WHERE hash NOT IN (SELECT hash FROM blob)');
    database.close();
    expect([unused, missing]).toEqual([0, 0]);
    await this.open(true);
    expect(this.#notebook.env.snapshots()).toHaveLength(cuts + 1);
  }
}

/** What is listed after all this can be restored, and the file is within its budgets. */
export async function checkHappenings(path: string, happenings: readonly Happening[]): Promise<void> {
  const kept = new Kept(path);
  await kept.open(false);
  for (const what of happenings) await kept.happens(what);
  await kept.check();
}

/** Whatever budgets are set and whatever happens: what is listed can be restored, and the file stays within the budgets. */
export async function checkRetention(runs: number): Promise<void> {
  const folder = temporaryFolder();
  let sessions = 0;
  try {
    await holds(
      fc.array(happening, { minLength: 3, maxLength: 25 }),
      (happenings) => checkHappenings(folder.path(`s${(sessions += 1)}.sqlite`), happenings),
      runs,
      runs,
    );
  } finally {
    folder.remove();
  }
}
