import { RowTable } from '../../display/row-table.ts';
import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%restore 3` restores cut 3, `%restore` the last one, as `env.restore(id?)` does. */
export const restore: Magic = {
  name: '%restore',
  async run(context) {
    if (context.args === '') return restored(await callEnv('%restore', context, 'restore'));
    const id = Number(context.args);
    if (!Number.isInteger(id))
      throw badMagicArgument('%restore [number of a snapshot]', `'${context.args}' is not a number.`);
    return restored(await callEnv('%restore', context, 'restore', id));
  },
};

/** Says where the streams stand now. */
export function restored(snapshot: unknown): RowTable {
  const { id, after } = snapshot as { id: number; after: string };
  return new RowTable(
    [],
    `Streams stand at snapshot ${id}, taken after ${after}. Variables are as they were.`,
  );
}
