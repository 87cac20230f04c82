/** MIME type of a param's slider; the payload says how it stood when its cell ran. */
export const PARAM_MIME_TYPE = 'application/vnd.tidemark.param.v1+json';

/** A number that a slider moves while the streams run. */
export interface ParamState {
  /** Tells it from the others of the session. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Distance of the values that the slider offers. */
  readonly step: number;
  readonly value: number;
}

/** Reads what an output says of its param; `undefined` when it is none of ours. */
export function readParam(value: unknown): ParamState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, min, max, step, value: stands } = value as { [field: string]: unknown };
  if (typeof name !== 'string' || typeof min !== 'number' || typeof max !== 'number') return undefined;
  if (typeof step !== 'number' || typeof stands !== 'number') return undefined;
  return { name, min, max, step, value: stands };
}
