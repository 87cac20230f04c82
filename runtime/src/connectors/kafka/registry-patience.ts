import { TidemarkError } from '../../errors.ts';

const FIRST_DELAY = 100;
const LONGEST_DELAY = 1_000;

/** Who waits for a registry. */
export interface RegistryPatience {
  /** Told what is waited for, and when that is over. */
  readonly trouble: (error?: Error) => void;
  readonly closed: () => boolean;
}

/** Does what needs a schema registry; one that is away is asked again until it answers, as a broker is. */
export async function patiently(
  work: () => Promise<void> | undefined,
  { trouble, closed }: RegistryPatience,
): Promise<void> {
  for (let delay = FIRST_DELAY; ; delay = Math.min(LONGEST_DELAY, delay * 2)) {
    try {
      await work();
      if (delay > FIRST_DELAY) trouble();
      return;
    } catch (error) {
      const away = error instanceof TidemarkError && error.code === 'schema-registry-unreachable';
      if (!away || closed()) throw error;
      trouble(error);
    }
    await new Promise((turn) => setTimeout(turn, delay));
  }
}
