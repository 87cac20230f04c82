import type { StreamNode } from '../graph/stream-node.ts';
import type { Branch } from './branch.ts';
import { readerNode } from './collect.ts';
import { noSuchBranch } from './engine-errors.ts';
import type { Engine } from './engine.ts';
import { nodesBehind } from './named-variables.ts';
import type { SessionBranches } from './session-branches.ts';
import type { SessionCuts } from './session-cuts.ts';
import type { SessionLanes } from './session-lanes.ts';
import { diffCuts, type SnapshotDiff } from './state-diff.ts';
import { findOperator, livingState, writtenState, type StateQuery, type StateTable } from './state-lens.ts';
import type { View } from './view.ts';
import { whyNoWindow, whyRecord, whyWindow, type RecordQuery, type Why } from './why.ts';
import { isWindowed, nextWindow, spanOf, windowedNode } from './windows-of-node.ts';

/** What can be asked about: a stream, a view, or an operator by its uid or name. */
export type Asked = StreamNode | View | string;

/** Looks into a session: its state, what changed between cuts, why something has not happened. Nothing is changed by it. */
export class SessionInspection {
  readonly #engine: Engine;
  readonly #branches: SessionBranches;
  readonly #lanes: SessionLanes;
  readonly #cuts: SessionCuts;

  constructor(engine: Engine, branches: SessionBranches, lanes: SessionLanes, cuts: SessionCuts) {
    this.#engine = engine;
    this.#branches = branches;
    this.#lanes = lanes;
    this.#cuts = cuts;
  }

  /** @throws {TidemarkError} `no-such-operator`, `no-such-cut` */
  async state(of: Asked, query: StateQuery): Promise<StateTable> {
    const wanted = typeof of === 'string' || 'kind' in of ? of : this.#branchOf(of).sink.inputs[0]!.from;
    const found = findOperator(this.#branches.all, wanted);
    if (query.at === undefined) return livingState(found, query);
    const { branches } = await this.#cuts.read(query.at);
    const { name, uid } = found.node;
    for (const { cut } of branches) {
      const loaded = cut.load();
      if (loaded.lane?.nodes[found.key] ?? loaded.lane?.nodes[`${found.key}/1`])
        return writtenState(uid ?? name, found.key, loaded, query);
    }
    return writtenState(uid ?? name, found.key, { cursor: 0, views: [] }, query);
  }

  /** @throws {TidemarkError} `no-such-cut` */
  async diff(from: number, to: number): Promise<SnapshotDiff> {
    const [a, b] = [await this.#cuts.read(from), await this.#cuts.read(to)];
    return diffCuts({ id: a.cut.id, branches: a.branches }, { id: b.cut.id, branches: b.branches });
  }

  /**
   * Why a window has not fired: the one that ends next if none is named.
   * @throws {TidemarkError} `no-windows`, `no-such-branch`, `window-without-end`
   */
  async whyWindow(window: { start: number; end?: number } | undefined, of: Asked | undefined): Promise<Why> {
    const { branch, node } = this.#windowed(of);
    const { runner } = branch;
    if (!runner) throw noSuchBranch(`'${branch.sink.name}'`);
    const { lane } = runner;
    const span =
      window === undefined ? await nextWindow(lane, findOperator([branch], node)) : spanOf(node, window);
    return span === undefined ? whyNoWindow(lane, node) : whyWindow(lane, node, span);
  }

  /** @throws {TidemarkError} `no-windows`, `no-such-branch`, `no-such-record` */
  async whyRecord(record: RecordQuery, of: Asked | undefined): Promise<Why> {
    const { branch, node } = this.#windowed(of);
    const sink = readerNode(node, `why ${node.name}`);
    return whyRecord(
      this.#engine,
      this.#lanes.options([sink], () => branch.cell),
      node,
      record,
    );
  }

  /** The branch that is asked about, and its windowed operator; the first that has one if nothing is said. */
  #windowed(of: Asked | undefined): { branch: Branch; node: StreamNode } {
    if (of === undefined) {
      const branches = [...this.#branches.all];
      const branch = branches.find(({ sink }) => nodesBehind(sink).some(isWindowed));
      const first = branch ?? branches[0];
      if (!first) throw noSuchBranch('Nothing');
      return { branch: first, node: windowedNode(first.sink) };
    }
    if (typeof of === 'string' || 'kind' in of) {
      const { branch, node } = findOperator(this.#branches.all, of);
      return { branch, node: windowedNode(node) };
    }
    const branch = this.#branchOf(of);
    return { branch, node: windowedNode(branch.sink) };
  }

  #branchOf(view: View): Branch {
    const branch = [...this.#branches.all].find((one) => one.view === view);
    if (!branch) throw noSuchBranch('This view');
    return branch;
  }
}
