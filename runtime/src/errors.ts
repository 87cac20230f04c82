// The runtime's one error class. Messages say what happened, the likely cause and the next step.

export interface TidemarkErrorOptions {
  /** What the message speaks of, as plain data, for tools and tests. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error of the streaming runtime; `code` is stable, the message is not. */
export class TidemarkError extends Error {
  override readonly name: string = 'TidemarkError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: TidemarkErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}
