import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Content } from '../wire/message.ts';

interface Entry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
}

/** Most entries kept in memory. */
const KEPT = 10_000;

/** The inputs of a notebook: this session's in memory, earlier ones from a file of JSON lines. */
export class History {
  readonly #file: string;
  #entries: Entry[] = [];
  #session = 1;
  #ready: Promise<void> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, input: string): void {
    this.#writing = this.#writing.then(async () => {
      await this.#load();
      const entry = { session: this.#session, line, input };
      this.#entries.push(entry);
      if (this.#entries.length > KEPT) this.#entries.shift();
      // History is a convenience: a folder that cannot be written to must not disturb cells.
      await appendFile(this.#file, `${JSON.stringify(entry)}\n`).catch(() => undefined);
    });
  }

  /** Content of `history_reply`. */
  async answer(request: Content): Promise<Content> {
    await this.#writing;
    await this.#load();
    const output = request['output'] === true;
    const rows = this.#select(request).map(({ session, line, input }) => [
      session,
      line,
      output ? [input, null] : input,
    ]);
    return { status: 'ok', history: rows };
  }

  /** Resolves when everything is on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #select(request: Content): readonly Entry[] {
    const n = typeof request['n'] === 'number' ? request['n'] : Infinity;
    switch (request['hist_access_type']) {
      case 'range': {
        const asked = Number(request['session'] ?? 0);
        const session = asked > 0 ? asked : this.#session + asked;
        const start = Number(request['start'] ?? 0);
        const stop =
          request['stop'] === null || request['stop'] === undefined ? Infinity : Number(request['stop']);
        return this.#entries.filter(
          (entry) => entry.session === session && entry.line >= start && entry.line < stop,
        );
      }
      case 'search': {
        const pattern = globPattern(String(request['pattern'] ?? '*'));
        const found = this.#entries.filter((entry) => pattern.test(entry.input));
        return lastOf(request['unique'] === true ? unique(found) : found, n);
      }
      default:
        return lastOf(this.#entries, n);
    }
  }

  #load(): Promise<void> {
    this.#ready ??= this.#read();
    return this.#ready;
  }

  async #read(): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true }).catch(() => undefined);
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    this.#entries = text.split('\n').flatMap(parseEntry).slice(-KEPT);
    this.#session = 1 + this.#entries.reduce((max, { session }) => Math.max(max, session), 0);
  }
}

function lastOf(entries: readonly Entry[], n: number): readonly Entry[] {
  return Number.isFinite(n) ? (n > 0 ? entries.slice(-n) : []) : entries;
}

/** The last of each input, in order. */
function unique(entries: readonly Entry[]): readonly Entry[] {
  const last = new Map(entries.map((entry) => [entry.input, entry]));
  return entries.filter((entry) => last.get(entry.input) === entry);
}

function parseEntry(text: string): Entry[] {
  try {
    const { session, line, input } = JSON.parse(text) as Partial<Entry>;
    if (typeof session !== 'number' || typeof line !== 'number' || typeof input !== 'string') return [];
    return [{ session, line, input }];
  } catch {
    return [];
  }
}

/** Jupyter searches history by `*` and `?`. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${source}$`);
}
