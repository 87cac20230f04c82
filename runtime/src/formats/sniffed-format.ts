import type { DecodedRecords, Decoder, DecoderContext, Format } from './format.ts';

/** How a file goes on that was begun as one of several formats. */
interface SniffedState {
  readonly as: string;
  readonly inner?: unknown;
}

/** Of several formats the one that a file's beginning tells. @param choose names it */
export function sniffedFormat<T>(
  name: string,
  formats: Readonly<Record<string, Format<T>>>,
  choose: (beginning: Uint8Array) => string,
): Format<T> {
  const parameters = Object.fromEntries(
    Object.entries(formats).map(([as, format]) => [as, format.parameters]),
  );
  return {
    name,
    parameters,
    createDecoder: (context) => new SniffedDecoder<T>(context, formats, choose),
  };
}

class SniffedDecoder<T> implements Decoder<T> {
  readonly #context: DecoderContext;
  readonly #formats: Readonly<Record<string, Format<T>>>;
  readonly #choose: (beginning: Uint8Array) => string;
  readonly #none: DecodedRecords<T> = { values: [], offsets: [], lines: [] };
  #as = '';
  #decoder: Decoder<T> | undefined;

  constructor(
    context: DecoderContext,
    formats: Readonly<Record<string, Format<T>>>,
    choose: (beginning: Uint8Array) => string,
  ) {
    this.#context = context;
    this.#formats = formats;
    this.#choose = choose;
    const state = context.position?.state as SniffedState | undefined;
    if (state !== undefined) this.#open(state.as, state.inner);
  }

  get records(): DecodedRecords<T> {
    return this.#decoder?.records ?? this.#none;
  }

  get skipped(): number {
    return this.#decoder?.skipped ?? 0;
  }

  get state(): unknown {
    const inner = this.#decoder?.state;
    return this.#decoder && { as: this.#as, ...(inner === undefined ? {} : { inner }) };
  }

  push(bytes: Uint8Array): void {
    (this.#decoder ?? this.#open(this.#choose(bytes))).push(bytes);
  }

  finish(): void {
    (this.#decoder ?? this.#open(this.#choose(new Uint8Array(0)))).finish();
  }

  #open(as: string, inner?: unknown): Decoder<T> {
    const { position, ...context } = this.#context;
    this.#as = as;
    const at = position && {
      offset: position.offset,
      line: position.line,
      ...(inner === undefined ? {} : { state: inner }),
    };
    return (this.#decoder = this.#formats[as]!.createDecoder(
      at === undefined ? context : { ...context, position: at },
    ));
  }
}
