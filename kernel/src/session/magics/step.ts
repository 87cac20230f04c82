import type { StepResult } from 'tidemark';
import { RowTable } from '../../display/row-table.ts';
import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%step`, `%step 3`, `%step -1`, `%step watermark`: as `env.step(n)` does. */
export const step: Magic = {
  name: '%step',
  async run(context) {
    const n = context.args === 'watermark' ? 'watermark' : context.args === '' ? 1 : Number(context.args);
    if (n !== 'watermark' && !Number.isInteger(n))
      throw badMagicArgument('%step [records | watermark]', `'${context.args}' is neither.`);
    return new RowTable([], said(n, (await callEnv('%step', context, 'step', n)) as StepResult));
  },
};

function said(n: number | 'watermark', { records, ended, waiting }: StepResult): string {
  if (ended) return 'Every source has ended: there is nothing more to step through.';
  const went =
    n !== 'watermark' && n < 0 ? 'Went back' : `${records} ${records === 1 ? 'record' : 'records'}`;
  return waiting
    ? `${went}; a source had nothing more to hand over yet. The streams are paused.`
    : `${went}. The streams are paused; %step goes on, env.resume() lets them run.`;
}
