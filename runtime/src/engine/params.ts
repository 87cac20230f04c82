import { paramSetInOperator, paramOutOfRange } from './engine-errors.ts';
import type { ParamValues } from './param-log.ts';

/** How a param's slider looks. */
export interface ParamOptions {
  /** The lowest value. */
  readonly min: number;
  /** The highest value. */
  readonly max: number;
  /** Distance of the values that the slider offers; a hundredth of the range when left out. */
  readonly step?: number;
  /** Where it starts; the middle when left out. */
  readonly value?: number;
}

/** A param as the page draws it. */
export interface ParamState extends Required<ParamOptions> {
  readonly name: string;
}

/**
 * A number that operators read and a slider moves while they run. Moving it is no edit: what reads it goes on with its
 * state (law 4).
 */
export class Param {
  /** Tells it from the others of the session. */
  readonly name: string;
  readonly #params: Params;
  /** What it is at the place of the timeline where the code that runs now stands. */
  #here: number;

  /** Made by `env.param`. @internal */
  constructor(name: string, params: Params, value: number) {
    this.name = name;
    this.#params = params;
    this.#here = value;
  }

  /** Its value: in an operator, the one it had when the record came. Setting it moves the slider. */
  get value(): number {
    return this.#here;
  }

  set value(value: number) {
    this.#params.set(this.name, value);
  }

  /** Shows code that runs now another value. @internal */
  goTo(value: number): void {
    this.#here = value;
  }
}

/** What params need of the session that has them. */
export interface ParamHost {
  /** Writes a change into the timeline. */
  append(name: string, value: number): void;
  /** The values at the live end. */
  live(): ParamValues;
  /** There is another one, or a value has changed. */
  changed(states: readonly ParamState[]): void;
}

/** The params of a session: which there are, and which of their values the running code sees. */
export class Params {
  readonly #host: ParamHost;
  readonly #params = new Map<string, { readonly param: Param; options: Required<ParamOptions> }>();
  #shown: ParamValues | undefined;
  #inLane = false;

  constructor(host: ParamHost) {
    this.#host = host;
  }

  /** Declares one, or finds it again: a value that was moved stays unless the cell says another than it did. */
  declare(name: string, options: ParamOptions): Param {
    const { min, max } = options;
    if (!(min < max)) throw paramOutOfRange(name, options, 'min must be below max');
    const { step = (max - min) / 100, value = min + (max - min) / 2 } = options;
    if (!(step > 0)) throw paramOutOfRange(name, options, 'step must be above 0');
    if (!(value >= min && value <= max))
      throw paramOutOfRange(name, options, 'value must lie between min and max');
    const known = this.#params.get(name);
    const before = this.#host.live().get(name);
    const declared = known ?? {
      param: new Param(name, this, before ?? value),
      options: { min, max, step, value },
    };
    const moved = known === undefined ? before !== undefined : known.options.value === value;
    this.#params.set(name, declared);
    declared.options = { min, max, step, value };
    if (!moved || before === undefined || before < min || before > max) this.#append(name, value);
    else this.refresh();
    return declared.param;
  }

  set(name: string, value: number): void {
    const declared = this.#params.get(name);
    if (!declared) return;
    if (this.#inLane) throw paramSetInOperator(name);
    const { min, max } = declared.options;
    if (typeof value !== 'number' || !(value >= min && value <= max))
      throw paramOutOfRange(name, { ...declared.options, value }, 'a value must lie between min and max');
    if (this.#host.live().get(name) !== value) this.#append(name, value);
  }

  get names(): readonly string[] {
    return [...this.#params.keys()];
  }

  states(): ParamState[] {
    const live = this.#host.live();
    return [...this.#params].map(([name, { options }]) => ({
      name,
      ...options,
      value: live.get(name) ?? options.value,
    }));
  }

  /** The timeline is another one now: the code of cells sees its end, and so does the page. */
  refresh(): void {
    this.#show(this.#host.live());
    this.#host.changed(this.states());
  }

  /** Runs a lane's code, which sees the values at its place. */
  within(values: ParamValues, work: () => void): void {
    const outer = this.#inLane;
    this.#inLane = true;
    if (values !== this.#shown) this.#show(values);
    try {
      work();
    } finally {
      this.#inLane = outer;
      const live = this.#host.live();
      if (live !== this.#shown) this.#show(live);
    }
  }

  #append(name: string, value: number): void {
    this.#host.append(name, value);
    this.refresh();
  }

  #show(values: ParamValues): void {
    this.#shown = values;
    for (const [name, { param, options }] of this.#params) param.goTo(values.get(name) ?? options.value);
  }
}
