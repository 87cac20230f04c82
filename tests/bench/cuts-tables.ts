// `npm run bench -- cuts`: what cuts cost, in and outside a notebook, and how fast a branch catches up.
import type { CatchUpMeasured } from './catch-up.ts';
import type { CutsMeasured } from './cuts.ts';
import { median, millions, percentile, rates, share } from './figures.ts';
import type { JobCheckpointsMeasured, LoopMeasured } from './job-checkpoints.ts';
import type { Replies, ReplyDelayMeasured } from './reply-delay.ts';

export function cutsTable(measured: CutsMeasured): string {
  const { keys, pauses, writeRate, idleWriteRate, fullBytes, partBytes, rate, rateWithCuts } = measured;
  return (
    `Cuts at ${keys.toLocaleString('en')} keys of {sum, count}\n` +
    `  the stream stops for ${median(pauses).toFixed(1)} ms (median), ${percentile(pauses, 0.99).toFixed(1)} ms (99th percentile), ` +
    `${Math.max(...pauses).toFixed(1)} ms (most of ${pauses.length} cuts)\n` +
    `  written: ${millions(writeRate)} million entries/s while the stream runs, ${millions(idleWriteRate)} while it is paused\n` +
    `  a full one: ${(fullBytes / 2 ** 20).toFixed(1)} MiB; after 1 % of the keys changed: ${share(partBytes, fullBytes)} of it\n` +
    `  one every second, 1 % of the keys touched: ${millions(rateWithCuts)} of ${millions(rate)} million records/s (${share(rateWithCuts, rate)}); ` +
    `all touched: ${share(measured.rateAllWithCuts, measured.rateAll)}\n` +
    `  restore: ${measured.stateMs.toFixed(0)} ms, ${measured.restoreMs.toFixed(0)} ms with a recording of ${measured.recorded.toLocaleString('en')} batches\n` +
    `  peak of the process: ${measured.peakMiB.toFixed(0)} MiB\n`
  );
}

export function jobCheckpointsTable({ keys, plain, writing }: JobCheckpointsMeasured): string {
  const shown = ({ gaps, lateness, rate }: LoopMeasured): string =>
    `${median(gaps).toFixed(1)} ms (median), ${percentile(gaps, 0.99).toFixed(1)} ms (99th percentile), ` +
    `${Math.max(...gaps).toFixed(1)} ms (most); a timer is late by ${lateness.toFixed(1)} ms (99th percentile); ` +
    `${millions(rate)} million records/s`;
  return (
    `A job outside a notebook with ${keys.toLocaleString('en')} keys, all touched: between two turns of the event loop\n` +
    `  one full checkpoint after the other: ${shown(writing)}\n  none: ${shown(plain)}\n`
  );
}

export function replyDelayTable({ keys, replies, without }: ReplyDelayMeasured): string {
  const shown = (which: keyof Replies): string => {
    const [most, least] = [replies[which], without[which]];
    return (
      `${median(most).toFixed(1)} ms, ${(median(most) - median(least)).toFixed(1)} ms more than with 100 keys ` +
      `(95th percentile: ${percentile(most, 0.95).toFixed(1)} and ${percentile(least, 0.95).toFixed(1)} ms)`
    );
  };
  return (
    `From request to reply of a cell that does nothing while a stream runs, with a cut of ${keys.toLocaleString('en')} keys; medians\n` +
    `  the cut before is on disk: ${shown('alone')}\n  it is still being written: ${shown('whileWriting')}\n`
  );
}

export function catchUpTable({ records, live, catchUp }: CatchUpMeasured): string {
  return (
    `An edited branch that reads ${records.toLocaleString('en')} records again; million records/s\n` +
    `  as they came ${rates(live)}; again ${rates(catchUp)}: ${share(median(catchUp), median(live))}\n`
  );
}
