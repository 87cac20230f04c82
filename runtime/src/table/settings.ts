import { badArgument, unsupported } from '../errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import type { TableSettings } from './lower/lowering.ts';

/** Flink's options that mean something here, with what they take. */
const OPTIONS: Readonly<Record<string, (value: string) => unknown>> = {
  'table.exec.state.ttl': durationOf,
  'table.exec.mini-batch.enabled': truthOf,
  'table.exec.mini-batch.size': countOf,
  'table.exec.mini-batch.allow-latency': durationOf,
  'table.exec.source.cdc-events-duplicate': truthOf,
  'table.local-time-zone': zoneOf,
  'table.optimizer.reuse-sub-plan-enabled': truthOf,
  // They choose between plans of one result; here there is one plan.
  'table.optimizer.agg-phase-strategy': phaseOf,
  'table.optimizer.distinct-agg.split.enabled': truthOf,
};

/**
 * Flink's experimental options of when a window shows what it has so far. Flink takes them for `GROUP BY TUMBLE(…)` alone and refuses
 * them for window table functions, which do the same without them.
 */
const EMIT = /^table\.exec\.emit\.(?:early-fire|late-fire)\.|^table\.exec\.emit\.allow-lateness$/;

/** @throws {TidemarkError} `bad-argument` for an option that does not exist, or a value that it does not take; `unsupported` */
export function checkSetting(key: string, value: string): void {
  const check = OPTIONS[key];
  if (EMIT.test(key)) {
    if (value === 'false') return;
    throw unsupported(
      key,
      'a window of SQL shows its result once, when it closes.',
      'CUMULATE shows a window at every step as it grows; GROUP BY FLOOR(ts TO MINUTE) at every row; in the DataStream API a trigger does, ' +
        'and allowedLateness.',
    );
  }
  if (check === undefined) {
    throw badArgument(
      'option',
      key,
      'There is no such option.',
      `Known: ${Object.keys(OPTIONS).join(', ')}.`,
    );
  }
  check(value);
}

/** What the options that are set say. */
export function tableSettings(options: ReadonlyMap<string, string>): TableSettings {
  const of = <T>(key: string, parse: (value: string) => T): T | undefined => {
    const value = options.get(key);
    return value === undefined ? undefined : parse(value);
  };
  const ttl = of('table.exec.state.ttl', durationOf) ?? 0;
  const enabled = of('table.exec.mini-batch.enabled', truthOf) ?? false;
  return {
    stateTtl: ttl === 0 ? undefined : ttl,
    miniBatch: enabled
      ? {
          size: of('table.exec.mini-batch.size', countOf) ?? 1000,
          latency: of('table.exec.mini-batch.allow-latency', durationOf) ?? 1000,
        }
      : undefined,
    sourceDuplicates: of('table.exec.source.cdc-events-duplicate', truthOf) ?? false,
    localTimeZone: of('table.local-time-zone', zoneOf) ?? 'UTC',
    reuseSubPlans: of('table.optimizer.reuse-sub-plan-enabled', truthOf) ?? true,
  };
}

function durationOf(value: string): number {
  return /^\d+$/.test(value.trim()) ? Number(value) : toMillis(value as DurationLike);
}

function truthOf(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw badArgument('option', value, 'It is true or false.', "Set it to 'true'.");
}

function phaseOf(value: string): string {
  if (['AUTO', 'ONE_PHASE', 'TWO_PHASE'].includes(value.toUpperCase())) return value;
  throw badArgument('option', value, 'It is AUTO, ONE_PHASE or TWO_PHASE.', "Set it to 'AUTO'.");
}

function countOf(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count > 0) return count;
  throw badArgument('option', value, 'It is a whole number > 0.', "Set it to '1000'.");
}

function zoneOf(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone === 'UTC'
      ? 'UTC'
      : value;
  } catch {
    throw badArgument('time zone', value, 'There is no such time zone.', "Give one such as 'Asia/Shanghai'.");
  }
}
