/** What libraries that check data agree on (standardschema.dev, version 1). */
export interface StandardSchema<Output> {
  /** Where every library keeps it. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a check gives: the value, or what is wrong with it. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value. */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A function that gives what a schema makes of a value, and throws what is wrong with it. */
export function checkedBy<T>(schema: StandardSchema<T>): (value: unknown) => T {
  return (value) => {
    const result = schema['~standard'].validate(value);
    if (result instanceof Promise)
      throw new TypeError('its schema checks asynchronously, and records are checked at once');
    if (result.issues === undefined) return result.value;
    throw new TypeError(result.issues.map(issueText).join('; '));
  };
}

function issueText({ message, path }: StandardIssue): string {
  const names = path?.map((part) => String(typeof part === 'object' ? part.key : part)) ?? [];
  return names.length === 0 ? message : `${names.join('.')}: ${message}`;
}
