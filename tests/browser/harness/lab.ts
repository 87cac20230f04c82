import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext } from 'playwright-core';
import { chromiumPath } from './chromium-path.ts';
import { JupyterServer } from './jupyter-server.ts';
import type { ServerOptions } from './jupyter-server.ts';
import { LabPage } from './lab-page.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WINDOW = { width: 1280, height: 1000 };

/**
 * A JupyterLab server and a browser with a fresh profile. `start` it in `beforeAll`, `stop` it in `afterAll`, and give
 * each test a page by `withPage`.
 */
export class Lab {
  readonly server: JupyterServer;
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(server: JupyterServer, context: BrowserContext, profile: string) {
    this.server = server;
    this.#context = context;
    this.#profile = profile;
  }

  static async start(options: ServerOptions = {}): Promise<Lab> {
    const profile = mkdtempSync(join(tmpdir(), 'tidemark-chromium-'));
    const server = await JupyterServer.start(options).catch((error: unknown) => {
      rmSync(profile, { recursive: true, force: true });
      throw error;
    });
    try {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: chromiumPath(),
        headless: true,
        args: FLAGS,
        viewport: WINDOW,
      });
      return new Lab(server, context, profile);
    } catch (error) {
      await server.stop();
      rmSync(profile, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Runs `work` with a new page on the notebook at `path`. The page is closed however `work` ends; afterwards the test
   * fails if the page had problems it did not expect.
   */
  async withPage<T>(path: string, work: (lab: LabPage) => Promise<T>): Promise<T> {
    const page = new LabPage(await this.#context.newPage(), this.server);
    try {
      await page.open(path);
      const result = await work(page);
      page.problems.assertNone();
      return result;
    } catch (error) {
      await page.screenshot('failed').catch(() => undefined);
      throw withProblems(error, page);
    } finally {
      await page.problems.whileLeaving(() => page.page.close());
    }
  }

  async stop(): Promise<void> {
    try {
      await this.#context.close();
    } finally {
      await this.server.stop();
      rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** A test that fails for another reason is easier to understand with what the page said. */
function withProblems(error: unknown, page: LabPage): unknown {
  const problems = page.problems.unexpected;
  if (!(error instanceof Error) || problems.length === 0 || error.message.includes('the page had'))
    return error;
  error.message += `\nthe page had also said:\n${problems.join('\n')}`;
  return error;
}

/** Runs `work` with a lab that is stopped however `work` ends. */
export async function withLab<T>(options: ServerOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.start(options);
  try {
    return await work(lab);
  } finally {
    await lab.stop();
  }
}
