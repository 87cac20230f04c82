/** What a generated function is written with. */
export interface FusionScope {
  /** Name under which the generated function finds an object. */
  bind(object: unknown): string;
  /** A fresh local name. */
  local(): string;
}
