import type { AnomalyDetector } from './anomaly-detector.ts';

/**
 * What a series keeps, in one array of single and one of double precision. Every further array takes 200 bytes of its own,
 * which is more than is in most of those that a detector needs.
 */
export interface PackedState {
  readonly floats: Float32Array;
  readonly numbers: Float64Array;
}

/** Gives out places in the states of a detector; what is in them is 0 at first. */
export class StateLayout {
  #floats = 0;
  #numbers = 0;

  /** The first of so many places in single precision. */
  floats(count: number): number {
    const first = this.#floats;
    this.#floats += count;
    return first;
  }

  /** The first of so many places in double precision. */
  numbers(count: number): number {
    const first = this.#numbers;
    this.#numbers += count;
    return first;
  }

  create(): PackedState {
    return { floats: new Float32Array(this.#floats), numbers: new Float64Array(this.#numbers) };
  }
}

/** A detector at its places in a state, which may hold those of others too. */
export interface PackedScorer {
  /** Writes what is not 0 in a state that has not begun. */
  begin(state: PackedState): void;
  score(state: PackedState, value: number, timestamp: number): number;
}

/** A detector whose state can be part of another's. */
export interface PackableDetector extends AnomalyDetector<PackedState> {
  /** Takes its places. @internal */
  readonly placeIn: (layout: StateLayout) => PackedScorer;
}

/** A detector that keeps its state at the places that it takes in a layout. */
export function packable(
  { name, parameters, warmUp }: Pick<AnomalyDetector, 'name' | 'parameters' | 'warmUp'>,
  placeIn: (layout: StateLayout) => PackedScorer,
): PackableDetector {
  const layout = new StateLayout();
  const scorer = placeIn(layout);
  return {
    name,
    // States from before lay elsewhere.
    parameters: { ...parameters, packed: true },
    warmUp,
    placeIn,
    createState: () => {
      const state = layout.create();
      scorer.begin(state);
      return state;
    },
    score: (state, value, timestamp) => scorer.score(state, value, timestamp),
  };
}

export function isPackable(detector: AnomalyDetector): detector is PackableDetector {
  return 'placeIn' in detector;
}
