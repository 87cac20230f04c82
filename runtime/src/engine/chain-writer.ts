import type { FusionScope, RecordInParts, SharedCode } from '../operators/fusion-scope.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { TimestampAssigner } from '../time/watermark-strategy.ts';
import { widenInliningBudget } from './inlining-budget.ts';
import type { LaneConsumer } from './lane-vertex.ts';

/** The reading end of a source, with the chain that follows. */
export interface SourceChain {
  readonly index: number;
  readonly consumers: readonly LaneConsumer[];
  readonly assigner: TimestampAssigner<unknown> | undefined;
  /** True if the generator must see every record; else the highest timestamp is all it needs. */
  readonly callsGenerator: boolean;
  /** Throws what is to be said of a timestamp that is none. */
  readonly refuseTimestamp: (timestamp: unknown) => never;
}

/** What consumers of one record share, by what it is made by; code that fails is said to be that of the first. */
interface SharedParts {
  readonly value: string;
  readonly consumer: LaneConsumer;
  readonly made: Map<object, { readonly by: LaneConsumer; readonly part: SharedCode }>;
}

let chains = 0;

/** Stands for the record as the source made it. */
const AS_MADE = Object.freeze({ record: 'as its source made it' });

/**
 * Writes one function for a chain of operators and compiles it. Generated code has call sites of its own, so that a
 * chain stays as fast beside ten other jobs as it is alone. Nothing but names of fields and numbers goes into the text;
 * functions and operators are passed in.
 */
export class ChainWriter implements FusionScope {
  readonly #bound: unknown[] = [];
  readonly #counts: Float64Array;
  /** Vertices whose records a loop counts in locals of its own. */
  readonly #counted: Set<number> | undefined;
  /** How the code names the record that a consumer is about to process, for errors. */
  readonly #naming: (value: string) => string;
  #locals = 0;
  readonly #parts = new Map<string, RecordInParts>();
  /** Of a record in parts: what an error names in its place. */
  readonly #madeOf = new Map<string, string>();
  /** Of a record that nothing need keep: code that makes it again, for an error. */
  readonly #again = new Map<string, string>();
  /** What the consumers that are being written share of their record. */
  #shared: SharedParts | undefined;

  /**
   * @param loop true if the code loops over records, so that it pays to count in locals
   * @param makesRecords true if the loop makes its records: naming one that nothing keeps would keep it
   */
  constructor(counts: Float64Array, loop: boolean, makesRecords = false) {
    this.#counts = counts;
    this.#counted = loop ? new Set() : undefined;
    this.#naming = (value) => {
      const madeOf = this.#madeOf.get(value);
      if (madeOf !== undefined) return this.#naming(madeOf);
      return makesRecords && value === 'value' ? this.asMade : value;
    };
  }

  get asMade(): string {
    return this.bind(AS_MADE);
  }

  bind(object: unknown): string {
    let at = this.#bound.indexOf(object);
    if (at < 0) at = this.#bound.push(object) - 1;
    return `b${at}`;
  }

  local(): string {
    return `v${this.#locals++}`;
  }

  nameParts(parts: RecordInParts, madeOf: string): string {
    const name = this.local();
    this.#parts.set(name, parts);
    this.#madeOf.set(name, madeOf);
    return name;
  }

  partsOf(value: string): RecordInParts | undefined {
    return this.#parts.get(value);
  }

  nameMade(code: string): string {
    const name = this.local();
    this.#again.set(name, code);
    return name;
  }

  shared<T extends SharedCode>(value: string, of: object, make: () => T): T {
    const shared = this.#shared!;
    if (shared.value !== value) throw new TypeError('a record that nobody hands on is shared by nobody');
    let made = shared.made.get(of);
    if (made === undefined) shared.made.set(of, (made = { by: shared.consumer, part: make() }));
    return made.part as T;
  }

  keyOf(selector: KeySelector, value: string): string {
    return selector.write(this, value);
  }

  /** Code that hands a record to all consumers. */
  handOn(consumers: readonly LaneConsumer[], value: string, timestamp: string): string {
    const outside = this.#shared;
    const made: SharedParts['made'] = new Map();
    const blocks = consumers.map((consumer) => {
      this.#shared = { value, consumer, made };
      return this.#handOnTo(consumer, value, timestamp);
    });
    this.#shared = outside;
    if (made.size === 0) return blocks.join('\n');
    const before = Array.from(made.values(), ({ by, part }) => `${this.standing(by, value)}\n${part.code}`);
    const makers = Array.from(made.values(), ({ by }) => by);
    return this.#named(makers, value, `${before.join('')}${blocks.join('\n')}`);
  }

  #handOnTo(consumer: LaneConsumer, value: string, timestamp: string): string {
    const { vertex } = consumer;
    const parts = this.partsOf(value);
    const several = vertex.node.inputs.length > 1 && vertex.operator!.fusable;
    if (parts !== undefined && (vertex.sorter !== undefined || several || !vertex.operator!.takesParts)) {
      const whole = this.local();
      this.#madeOf.set(whole, value);
      return `{\nconst ${whole} = ${parts.whole()};\n${this.handOn([consumer], whole, timestamp)}\n}`;
    }
    return this.#named([consumer], value, this.#enteringWith(consumer, value, timestamp));
  }

  /** A block of code; one that fails at the consumers says what the record was, if that is not known at each step. */
  #named(consumers: readonly LaneConsumer[], value: string, code: string): string {
    const again = this.#again.get(value);
    if (again === undefined) return `{\n${code}\n}`;
    const fails = consumers.map(({ vertex }) => `at === ${vertex.index}`).join(' || ');
    return `try {\n${code}\n} catch (error) {\nif (${fails}) rec = ${again};\nthrow error;\n}`;
  }

  #enteringWith(consumer: LaneConsumer, value: string, timestamp: string): string {
    const { vertex, input } = consumer;
    const operator = vertex.operator!;
    const before = this.#entering(consumer, value);
    if (vertex.sorter !== undefined)
      return `${before}${this.bind(vertex.sorter)}.add(${input}, ${value}, ${timestamp});`;
    if (!operator.fusable) return before + operator.fuse(this, value, timestamp, () => '', input);
    // What several streams lead to is compiled once, behind its own output.
    if (vertex.node.inputs.length > 1)
      return `${before}${this.bind(vertex.output)}.collect(${value}, ${timestamp});`;
    const next = (result: string, time = timestamp) => this.handOn(vertex.consumers, result, time);
    return before + operator.fuse(this, value, timestamp, next, input);
  }

  /** Code that says where a record is. */
  protected standing({ vertex }: LaneConsumer, value: string): string {
    if (this.#again.has(value)) return `at = ${vertex.index};`;
    return `at = ${vertex.index}; rec = ${this.#naming(value)};`;
  }

  /** Code that says where a record is, and counts it. */
  #entering(consumer: LaneConsumer, value: string): string {
    const { vertex, edge } = consumer;
    const edges = edge === undefined ? '' : ` ${this.#count(edge)}++;`;
    return `${this.standing(consumer, value)} ${this.#count(vertex.index)}++;${edges}\n`;
  }

  /** Code that gives the record `value` its timestamp and hands it on. */
  eachRecord(source: SourceChain, given: string): string {
    const timestamp =
      source.assigner === undefined
        ? `const timestamp = ${given};`
        : `const timestamp = ${this.bind(source.assigner)}(value, ${given});
if (!(Math.floor(timestamp) === timestamp)) ${this.bind(source.refuseTimestamp)}(timestamp);`;
    const after = source.callsGenerator
      ? `at = ${source.index}; rec = ${this.#naming('value')};\nsplit.generator.onEvent(value, timestamp, split);`
      : '';
    return `at = ${source.index}; rec = ${this.#naming('value')};
${timestamp}
if (timestamp > max) max = timestamp;
${this.handOn(source.consumers, 'value', 'timestamp')}
${after}`;
  }

  /** Code that declares the locals that count. */
  get counters(): string {
    return [...this.#counted!].map((index) => `let n${index} = 0;`).join(' ');
  }

  /** Code that adds up what the locals have counted. */
  get addCounts(): string {
    const counts = this.bind(this.#counts);
    return [...this.#counted!].map((index) => `${counts}[${index}] += n${index};`).join(' ');
  }

  #count(index: number): string {
    if (this.#counted === undefined) return `${this.bind(this.#counts)}[${index}]`;
    this.#counted.add(index);
    return `n${index}`;
  }

  compile<F>(parameters: string, body: string): F {
    widenInliningBudget();
    chains += 1;
    const names = this.#bound.map((_object, at) => `b${at}`);
    const text = `return function chain(${parameters}) {\n${body}\n};\n//# sourceURL=tidemark-chain-${chains}.js`;
    // The constructor of functions: the chain is what this module exists for.
    const make = new Function(...names, text) as (...bound: readonly unknown[]) => F;
    return make(...this.#bound);
  }
}
