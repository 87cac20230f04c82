// npm start: sets up what is missing, then serves JupyterLab with the first notebook open. Ctrl-C stops it.
import { parseArgs } from 'node:util';
import { killGroup, startLab } from './jupyter/lab-server.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';
import { seconds, SetupError } from './setup/step.mjs';

const USAGE = `npm start [-- options]
  --no-browser     serve without opening a browser window
  --port N         serve on port N (default: the first free one from 8888 on)
  --notebook PATH  the notebook to open (default: notebooks/01-first-stream.ipynb)`;

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        'no-browser': { type: 'boolean', default: false },
        port: { type: 'string' },
        notebook: { type: 'string', default: 'notebooks/01-first-stream.ipynb' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new SetupError(error.message, `the options are\n${USAGE}`);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new SetupError(
      `'${values.port}' is not a port number.`,
      'give one from 1 to 65535: npm start -- --port 9999',
    );
  }
  return { browser: !values['no-browser'], port, notebook: values.notebook, help: values.help };
}

await runEntry(async () => {
  const { help, ...wanted } = options();
  if (help) return console.log(USAGE);
  const started = Date.now();
  await setUp();
  const server = await startLab(wanted);
  const { url, token } = server.info;
  console.log(`\nJupyterLab serves ${wanted.notebook} (${seconds(started)} after the start of this command)`);
  console.log(`  ${url}lab/tree/${wanted.notebook}?token=${token}`);
  console.log(
    wanted.browser
      ? '  A browser window opens by itself. Ctrl-C stops.'
      : '  Open this address. Ctrl-C stops.',
  );
  await untilStopped(server);
});

async function untilStopped(server) {
  // The terminal and npm both pass Ctrl-C on: what follows within a second is the same key press.
  const PATIENCE_MS = 1000;
  let firstAt;
  const onSignal = () => {
    if (firstAt !== undefined && Date.now() - firstAt > PATIENCE_MS) {
      killGroup(server.child);
      process.exit(130);
    }
    if (firstAt !== undefined) return;
    firstAt = Date.now();
    console.log('\nStopping JupyterLab and its kernels (Ctrl-C again: at once)');
    void server.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.removeAllListeners(signal);
    process.on(signal, onSignal);
  }
  const { code, signal } = await server.exited;
  if (firstAt !== undefined) return console.log('Stopped.');
  throw new SetupError(
    `JupyterLab ended by itself (${signal ?? `exit code ${code}`}).`,
    'read .tidemark/jupyter/jupyterlab.log, then start again; snapshots and notebooks are kept.',
  );
}
