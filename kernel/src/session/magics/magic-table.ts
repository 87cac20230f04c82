import { unknownMagic } from '../../errors.ts';
import type { Dataflow } from '../dataflow.ts';
import type { MagicCall } from '../ipc.ts';
import { diff } from './diff.ts';
import { jobs } from './jobs.ts';
import { recording } from './recording.ts';
import { restore } from './restore.ts';
import { rewind } from './rewind.ts';
import { snapshots } from './snapshots.ts';
import { state } from './state.ts';
import { step } from './step.ts';
import { who } from './who.ts';
import { why } from './why.ts';

export interface MagicContext {
  readonly args: string;
  /** Names that cells have declared. */
  readonly names: () => Promise<readonly string[]>;
  /** `env` of the notebook, if the session has streams. */
  readonly env: Readonly<Record<string, unknown>> | undefined;
}

export interface Magic {
  readonly name: string;
  /** Returns the value to show; undefined shows nothing. */
  run(context: MagicContext): unknown;
}

const TABLE: readonly Magic[] = [snapshots, restore, rewind, step, recording, state, diff, why, jobs, who];

/** Magics that wrap or make TypeScript; the kernel process resolves them before compiling. */
export const SOURCE_MAGICS: readonly string[] = ['%time', '%%time', '%load'];

/** Runs a line magic of the session. Throws `unknown-magic` with the list of those there are. */
export function runMagic(
  call: MagicCall,
  dataflow: Dataflow | undefined,
  names: () => Promise<readonly string[]>,
): unknown {
  const magic = TABLE.find((candidate) => candidate.name === call.name);
  if (!magic) throw unknownMagic(call.name, [...TABLE.map(({ name }) => name), ...SOURCE_MAGICS]);
  const env = dataflow?.globals['env'];
  return magic.run({
    args: call.args,
    names,
    env: typeof env === 'object' && env !== null ? (env as Record<string, unknown>) : undefined,
  });
}
