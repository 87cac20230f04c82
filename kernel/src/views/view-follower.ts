import type { ViewDelta, ViewEvent, ViewStatusChange } from '../protocol/index.ts';
import type { KernelComm } from '../messages/comms.ts';
import type { LiveView } from './live-view.ts';

/** Ms of silence after which a page counts as gone: it speaks every 20 s, or once a minute while hidden. */
const LEASE = 75_000;

/** One page's comm: which views it follows, and which of them it must get whole. */
export class ViewFollower {
  readonly #comm: KernelComm;
  #heard: number;
  readonly #following = new Map<string, 'whole' | 'changes'>();

  constructor(comm: KernelComm, now: number) {
    this.#comm = comm;
    this.#heard = now;
  }

  isAwake(now: number): boolean {
    return now - this.#heard <= LEASE;
  }

  /** The page has spoken. If it had been given up, it has missed rows. */
  hear(now: number): void {
    if (!this.isAwake(now)) this.follow([...this.#following.keys()]);
    this.#heard = now;
  }

  follow(viewIds: readonly string[]): void {
    for (const viewId of viewIds) this.#following.set(viewId, 'whole');
  }

  unfollow(viewIds: readonly string[]): void {
    for (const viewId of viewIds) this.#following.delete(viewId);
  }

  follows(viewId: string): boolean {
    return this.#following.has(viewId);
  }

  /** Sends what this page has not seen yet; returns the bytes. */
  tick(
    views: ReadonlyMap<string, LiveView>,
    changes: ReadonlyMap<string, ViewDelta>,
    statuses: readonly ViewStatusChange[],
  ): number {
    const deltas: ViewDelta[] = [];
    for (const [viewId, state] of this.#following) {
      const view = views.get(viewId);
      const delta = state === 'whole' ? view?.wholeDelta() : changes.get(viewId);
      if (delta === undefined) continue;
      deltas.push(delta);
      this.#following.set(viewId, 'changes');
    }
    return deltas.length + statuses.length === 0 ? 0 : this.send({ type: 'tick', deltas, statuses });
  }

  /** Returns the message's size. */
  send(event: ViewEvent): number {
    this.#comm.send({ ...event });
    return JSON.stringify(event).length;
  }
}
