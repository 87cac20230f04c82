import { LanguageClient } from './language/language-client.ts';
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

/**
 * Puts the kernel process together. The sockets answer `kernel_info` first; all the rest is loaded behind it and takes
 * the requests that have come meanwhile.
 */
export async function startKernel({ connection, connectionFile, sockets, log }: KernelStart): Promise<void> {
  const { sessionFiles } = await import('./session/session-files.ts');
  const files = sessionFiles(connectionFile, process.env['JPY_SESSION_NAME']);
  const language = new LanguageClient(files.cwd, log);
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

  const { Session } = await import('./session/session.ts');
  const { ViewsService } = await import('./messages/views-service.ts');
  const views = new ViewsService({
    runs: kernel.runs,
    publisher: kernel.publisher,
    file: files.views,
    log,
    control: (action, value) => session.client.send({ type: 'control', action, value }),
    setParam: (name, value) => session.client.send({ type: 'param', name, value }),
    labelRow: (viewId, rowId, label) => session.client.send({ type: 'label', viewId, rowId, label }),
    resetView: (viewId) => session.client.send({ type: 'reset-view', viewId }),
  });
  const session = new Session({
    cwd: files.cwd,
    storePath: files.store,
    runs: kernel.runs,
    publisher: kernel.publisher,
    comms: kernel.comms,
    language,
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
