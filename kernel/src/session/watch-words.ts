// Words of the memory that the main thread of the session process shares with its watchdog.

/** Above 0 while code of ours that must not be cut short runs. */
export const IN_HOST = 0;
/** 1 while the watchdog wants user code to stop. */
export const WANTS_STOP = 1;
/** 1 while the main thread spins at a safe point, waiting to be terminated. */
export const PARKED = 2;
export const WATCH_WORDS = 3;
