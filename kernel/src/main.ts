import { enableCompileCache } from 'node:module';
import { readConnectionFile } from './wire/connection-file.ts';
import { kernelLog } from './wire/log.ts';
import { Sockets } from './wire/sockets.ts';
import { watchParent } from './wire/parent-watch.ts';

// The kernel process: `node main.js <connection file>`, as Jupyter starts it.

enableCompileCache();

process.on('uncaughtException', (error) => kernelLog(`unexpected: ${error.stack ?? error.message}`));
process.on('unhandledRejection', (reason) =>
  kernelLog(`unexpected: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`),
);
// Ctrl-C in the terminal of JupyterLab reaches every process; interrupts come as messages.
process.on('SIGINT', () => undefined);
watchParent(() => process.exit(0));

const connectionFile = process.argv[2];
if (connectionFile === undefined) {
  process.stderr.write(
    'Usage: node main.js <connection file>. Jupyter starts this; see kernel/src/install.\n',
  );
  process.exit(2);
}
const connection = readConnectionFile(connectionFile);
const sockets = new Sockets(connection.key, connection.signature_scheme, kernelLog);

const { startKernel } = await import('./kernel-process.ts');
await startKernel({ connection, connectionFile, sockets, log: kernelLog });
