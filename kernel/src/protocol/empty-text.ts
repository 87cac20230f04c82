import type { ViewStatusName } from './view.ts';

/** What stands where a view has no rows. */
export function emptyText(status: ViewStatusName, waiting: string | undefined): string {
  switch (status) {
    case 'finished':
      return 'no rows: the stream has ended without one';
    case 'paused':
      return 'the streams are paused; nothing comes before they run on';
    case 'waiting':
    case 'stopped':
    case 'before-restart':
      return 'no rows: nothing had come before it was stopped';
    default:
      return waiting ?? 'waiting for records';
  }
}
