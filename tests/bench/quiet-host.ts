import type { SessionHost } from '../../runtime/src/session.ts';

/** The host of a session that shows nothing; what goes wrong is printed. */
export const QUIET_HOST: SessionHost = {
  announceView: () => undefined,
  openView: () => {
    throw new Error('nothing is shown');
  },
  refreshView: () => undefined,
  closeView: () => undefined,
  print: () => undefined,
  inCell: (_cell, work) => work(),
  warn: (message) => console.error(message),
  notice: (_cell, _place, notice) => notice && console.error(notice.error),
};
