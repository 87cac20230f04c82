import { Kernel } from './messages/kernel.ts';
import type { ConnectionInfo } from './wire/connection-file.ts';
import type { Log } from './wire/log.ts';
import type { Sockets } from './wire/sockets.ts';

export interface KernelStart {
  readonly connection: ConnectionInfo;
  readonly connectionFile: string;
  readonly sockets: Sockets;
  readonly log: Log;
}

/** How long to wait for the first request before loading the rest (ms). */
const GREETING_MS = 400;

/**
 * Puts the kernel process together. The sockets answer `kernel_info` first; all the rest is loaded behind it and takes
 * the requests that have come meanwhile.
 */
export async function startKernel({ connection, connectionFile, sockets, log }: KernelStart): Promise<void> {
  const { sessionFiles } = await import('./session/session-files.ts');
  const files = sessionFiles(connectionFile, process.env['JPY_SESSION_NAME']);
  let stop: () => Promise<void> = () => Promise.resolve();
  let settle: () => Promise<void> = () => Promise.resolve();
  const kernel = new Kernel({
    sockets,
    historyFile: files.history,
    log,
    shutdown: () => stop(),
    exit: () => {
      sockets.close();
      // What the sockets still hold is sent by their own threads, within their linger.
      setTimeout(() => process.exit(0), 100);
    },
    settle: () => settle(),
  });
  await sockets.listen(connection, (channel, message) => kernel.onRequest(channel, message));
  sockets.publish('status', { execution_state: 'starting' }, {});
  await Promise.race([kernel.greeted, new Promise((resolve) => setTimeout(resolve, GREETING_MS))]);

  const { Session } = await import('./session/session.ts');
  const { ViewsService } = await import('./messages/views-service.ts');
  const views = new ViewsService({
    runs: kernel.runs,
    publisher: kernel.publisher,
    file: files.views,
    log,
    control: (action) => session.client.send({ type: 'control', action }),
    resetView: (viewId) => session.client.send({ type: 'reset-view', viewId }),
  });
  const session = new Session({
    cwd: files.cwd,
    storePath: files.store,
    runs: kernel.runs,
    publisher: kernel.publisher,
    comms: kernel.comms,
    openLanguage: async () => {
      const { LanguageService } = await import('./language/language-service.ts');
      const language = new LanguageService({ cwd: files.cwd });
      // Behind the first answers; a cell that comes earlier waits no longer than it would anyway.
      setImmediate(
        () => void language.warm().catch((error: unknown) => log(`language service: ${String(error)}`)),
      );
      return language;
    },
    onView: (message) => views.onSessionMessage(message),
    onLost: () => views.onSessionLost(),
    prompt: (parent, text, password) => kernel.prompt(parent, text, password),
  });
  session.start();
  views.serve(kernel.comms);
  settle = () => views.settle();
  stop = async () => {
    await session.stop();
    await views.close();
  };
  process.on('SIGTERM', () => void stop().finally(() => process.exit(0)));
  kernel.serve(session);
}
