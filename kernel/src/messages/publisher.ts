import type { Content, ParentHeader } from '../wire/message.ts';
import type { OutputChunk } from '../session/ipc.ts';

export interface PublisherClock {
  now(): number;
  setTimeout(work: () => void, ms: number): unknown;
}

export type Publish = (
  type: string,
  content: Content,
  parent: ParentHeader,
  metadata?: Content,
  buffers?: readonly Uint8Array[],
) => void;

interface Item {
  readonly type: string;
  readonly parent: ParentHeader;
  readonly content: Content;
  readonly metadata?: Content;
  readonly buffers?: readonly Uint8Array[];
  /** Set for streams: text may be joined to it or cut from it. */
  stream?: { readonly name: OutputChunk['name']; text: string };
}

const DISPLAYS: ReadonlySet<string> = new Set(['display_data', 'update_display_data']);

/** jupyter_server drops streams above 1 MB/s over 3 s: a burst and a rate that together stay below. */
const BURST_BYTES = 1_200_000;
const BYTES_PER_MS = 560;
/** It drops everything above 1,000 messages a second. */
const BURST_MESSAGES = 500;
const MESSAGES_PER_MS = 0.7;
/** Ms between two looks at what waits, and ms for which a single text waits for more of it. */
const PUMP_MS = 50;
const JOIN_MS = 10;
/** Text waiting above this is trimmed from the front, to half of it. */
const WAITING_BYTES = 4_000_000;
/** Displays waiting above this are dropped from the front, to half of it. */
const WAITING_DISPLAYS = 1_000;
/** Longest text of one stream message. */
const MESSAGE_TEXT = 256 * 1024;

/**
 * Publishes what cells say, in order and at a pace that no server drops. Text that waits is joined into few messages;
 * when a flood exceeds the budget, the oldest waiting text is trimmed, and a line says so.
 */
export class Publisher {
  readonly #publish: Publish;
  readonly #clock: PublisherClock;
  #items: Item[] = [];
  #waiting = 0;
  #displays = 0;
  #bytes = BURST_BYTES;
  #messages = BURST_MESSAGES;
  #at: number;
  #timer: unknown;
  #drained: (() => void)[] = [];

  constructor(publish: Publish, clock: PublisherClock = { now: () => performance.now(), setTimeout }) {
    this.#publish = publish;
    this.#clock = clock;
    this.#at = clock.now();
  }

  stream(name: OutputChunk['name'], text: string, parent: ParentHeader): void {
    const last = this.#items.at(-1);
    if (last?.stream?.name === name && last.parent === parent) last.stream.text += text;
    else this.#items.push({ type: 'stream', parent, content: {}, stream: { name, text } });
    this.#waiting += text.length;
    // Held for a moment, so that lines printed one after the other are one output of the notebook.
    if (this.#items.length > 1 || text.length > MESSAGE_TEXT) this.#pump();
    else this.#schedule(JOIN_MS);
    if (this.#waiting > WAITING_BYTES) this.#trimText(WAITING_BYTES / 2);
  }

  message(
    type: string,
    content: Content,
    parent: ParentHeader,
    metadata?: Content,
    buffers?: readonly Uint8Array[],
  ): void {
    const item: Item = { type, content, parent, metadata, buffers };
    if (DISPLAYS.has(type)) {
      if (this.#replacesWaiting(item)) return;
      this.#displays += 1;
    }
    this.#items.push(item);
    this.#pump();
    if (this.#displays > WAITING_DISPLAYS) this.#trimDisplays(WAITING_DISPLAYS / 2);
  }

  /** Resolves when everything handed over so far is on its way. */
  drained(): Promise<void> {
    this.#pump();
    if (this.#items.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** After an interrupt of a flood: what has not been seen yet is cut down to its end. */
  trimToEnd(): void {
    this.#trimText(MESSAGE_TEXT / 4);
    this.#trimDisplays(20);
  }

  /** An update of a display that is still waiting to be updated takes its place: only the last one is seen. */
  #replacesWaiting(item: Item): boolean {
    if (item.type !== 'update_display_data') return false;
    const id = displayId(item);
    const at = this.#items.findLastIndex((other) => DISPLAYS.has(other.type) && displayId(other) === id);
    if (id === undefined || this.#items[at]?.type !== 'update_display_data') return false;
    this.#items[at] = item;
    return true;
  }

  #trimDisplays(keep: number): void {
    let drop = this.#displays - keep;
    if (drop <= 0) return;
    const dropped = drop;
    const parent = this.#items.find(({ type }) => DISPLAYS.has(type))?.parent ?? {};
    this.#items = this.#items.filter(({ type }) => !DISPLAYS.has(type) || drop-- <= 0);
    this.#displays = keep;
    const text = `… output trimmed: ${dropped.toLocaleString('en')} displays came faster than a notebook can take\n`;
    this.#items.unshift({ type: 'stream', parent, content: {}, stream: { name: 'stderr', text } });
    this.#waiting += text.length;
  }

  /** Keeps at most the last `keep` characters of waiting text. */
  #trimText(keep: number): void {
    let cut = this.#waiting - keep;
    if (cut <= 0) return;
    const first = this.#items.findIndex((item) => item.stream);
    const note = this.#items[first];
    let dropped = 0;
    for (const item of this.#items) {
      if (cut <= 0) break;
      if (!item.stream) continue;
      const away = Math.min(cut, item.stream.text.length);
      item.stream.text = item.stream.text.slice(away);
      dropped += away;
      cut -= away;
    }
    this.#waiting -= dropped;
    if (note) {
      const text = `\n… output trimmed: ${dropped.toLocaleString('en')} characters came faster than a notebook can take\n`;
      this.#items.splice(first, 0, {
        type: 'stream',
        parent: note.parent,
        content: {},
        stream: { name: 'stderr', text },
      });
      this.#waiting += text.length;
    }
    this.#items = this.#items.filter((item) => item.stream?.text !== '');
  }

  #pump(): void {
    this.#refill();
    let done = 0;
    for (const item of this.#items) {
      if (this.#messages < 1 || (item.stream && this.#bytes <= 0)) break;
      this.#messages -= 1;
      if (item.stream && item.stream.text.length > MESSAGE_TEXT && this.#bytes < item.stream.text.length) {
        this.#sendStream(item, MESSAGE_TEXT);
        break;
      }
      if (item.stream) this.#sendStream(item, item.stream.text.length);
      else this.#publish(item.type, item.content, item.parent, item.metadata, item.buffers);
      if (DISPLAYS.has(item.type)) this.#displays -= 1;
      done += 1;
    }
    if (done > 0) this.#items.splice(0, done);
    if (this.#items.length > 0) this.#schedule(PUMP_MS);
    else for (const resolve of this.#drained.splice(0)) resolve();
  }

  #sendStream(item: Item, length: number): void {
    if (!item.stream) return;
    const { name } = item.stream;
    const text = item.stream.text.slice(0, length);
    item.stream.text = item.stream.text.slice(length);
    this.#waiting -= text.length;
    this.#bytes -= text.length + 400;
    this.#publish('stream', { name, text }, item.parent);
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, ms);
  }

  #refill(): void {
    const now = this.#clock.now();
    const passed = now - this.#at;
    this.#at = now;
    this.#bytes = Math.min(BURST_BYTES, this.#bytes + passed * BYTES_PER_MS);
    this.#messages = Math.min(BURST_MESSAGES, this.#messages + passed * MESSAGES_PER_MS);
  }
}

function displayId({ content }: Item): unknown {
  return (content['transient'] as { display_id?: unknown } | undefined)?.display_id;
}
