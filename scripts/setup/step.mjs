// What a user sees while set-up works: one line a step, what it did, and how long it took.

const interactive = process.stdout.isTTY === true && process.env.CI === undefined;
const QUIET_MS = 10_000;

/** A failure of set-up that the user can do something about: what happened, and what to do next. */
export class SetupError extends Error {
  constructor(what, nextStep, options) {
    super(`${what}\n  Next step: ${nextStep}`, options);
    this.name = 'SetupError';
  }
}

export function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Runs one step of set-up and reports it. `work` gets a `progress(text)` function and returns what it did, in words.
 * On a terminal progress is rewritten in place; in a log a line appears when the step has been quiet for 10 s.
 */
export async function step(title, work) {
  const started = Date.now();
  let latest = '';
  let lastPrinted = started;
  const paint = () => {
    if (!interactive) return;
    process.stdout.write(
      `\r\x1b[2K  … ${title} (${seconds(started)})${latest === '' ? '' : `: ${latest}`}`.slice(0, columns()),
    );
  };
  const progress = (text) => {
    latest = text;
    if (interactive) return paint();
    if (Date.now() - lastPrinted >= QUIET_MS) {
      lastPrinted = Date.now();
      console.log(`  … ${title} (${seconds(started)}): ${latest}`);
    }
  };
  paint();
  const ticker = setInterval(() => (interactive ? paint() : progress(latest || 'working')), 1000);
  try {
    const done = await work(progress);
    clearInterval(ticker);
    if (interactive) process.stdout.write('\r\x1b[2K');
    console.log(`  ✓ ${title}: ${done} (${seconds(started)})`);
  } catch (error) {
    clearInterval(ticker);
    if (interactive) process.stdout.write('\r\x1b[2K');
    console.log(`  ✗ ${title} (${seconds(started)})`);
    throw error;
  }
}

function columns() {
  // The control characters at the front take no room on the screen.
  return (process.stdout.columns ?? 80) + 4;
}
