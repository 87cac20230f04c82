import type { Page } from 'playwright-core';

/**
 * Records what goes wrong in a page: errors on its console, uncaught exceptions, failed requests, answers of 400 and
 * above. A test that ends with any of them fails, except for those it has said to expect.
 */
export class PageProblems {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];
  #leaving = false;

  constructor(page: Page) {
    page.on('console', (message) => {
      // A failed request is reported by its own event, with its address.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      this.#found.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#found.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      if (this.#leaving && reason === 'net::ERR_ABORTED') return;
      this.#found.push(`request: ${request.method()} ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.#found.push(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
      }
    });
  }

  /** Problems whose text matches are part of the test (a kernel that is killed, for example). */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** Requests cut short by leaving the page are nobody's fault: `work` reloads or closes it. */
  async whileLeaving<T>(work: () => Promise<T>): Promise<T> {
    this.#leaving = true;
    try {
      return await work();
    } finally {
      this.#leaving = false;
    }
  }

  get unexpected(): readonly string[] {
    return this.#found.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }

  /** Throws when there was any problem that the test did not say to expect. */
  assertNone(): void {
    const problems = this.unexpected;
    if (problems.length > 0)
      throw new Error(`the page had ${problems.length} problems:\n${problems.join('\n')}`);
  }
}
