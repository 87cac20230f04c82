// Starts JupyterLab, waits until it serves, stops it.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, venvPython, windows } from '../setup/paths.mjs';
import { SetupError } from '../setup/step.mjs';
import { logFile, prepareSettings, runtimeFolder } from './settings.mjs';

const POLL_MS = 50;
const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_LIMIT_BYTES = 5_000_000;

/**
 * Starts JupyterLab on the loopback interface, with its token, showing `notebook` (a path below the checkout).
 * With `port`, that port or none; without, the first free one from 8888 on. Resolves when the page is served.
 */
export async function startLab({ port, browser, notebook }) {
  const args = [
    '-m', 'jupyterlab',
    '--ip=127.0.0.1',
    `--ServerApp.port=${port ?? 8888}`,
    `--ServerApp.port_retries=${port === undefined ? 50 : 0}`,
    `--ServerApp.open_browser=${browser ? 'True' : 'False'}`,
    `--ServerApp.root_dir=${root}`,
    `--LabApp.default_url=/lab/tree/${notebook}`,
    '--LabApp.extension_manager=readonly',
    // The server is reached from this machine only; being root (containers) is no reason to refuse.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ]; // prettier-ignore
  const env = { ...process.env, ...prepareSettings() };
  const log = openLog();
  // A process group of its own: Ctrl-C reaches this script alone, which then stops the server in good order.
  const child = spawn(venvPython, args, {
    cwd: root,
    env,
    stdio: ['ignore', log.descriptor, log.descriptor],
    detached: !windows,
  });
  closeSync(log.descriptor);
  // However this script ends, it leaves no server behind. (kill -9 aside: then the next start takes the next port.)
  process.once('exit', () => killGroup(child));
  const exited = new Promise((settle) => {
    child.once('error', (error) => settle({ error }));
    child.once('exit', (code, signal) => settle({ code, signal }));
  });
  const server = { child, exited, stop: () => stop(child, exited) };
  try {
    server.info = await untilServing(child, exited, log.start);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Appended to, as several servers of one checkout may run; begun anew when it has grown. */
function openLog() {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) rmSync(logFile);
  const start = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  return { descriptor: openSync(logFile, 'a'), start };
}

/** The server's own description, once it is written and the server answers. */
async function untilServing(child, exited, logStart) {
  const file = join(runtimeFolder, `jpserver-${child.pid}.json`);
  const deadline = Date.now() + START_TIMEOUT_MS;
  let ended;
  exited.then((how) => (ended = how));
  while (Date.now() < deadline) {
    if (ended !== undefined) throw startFailed('JupyterLab ended while starting', logStart);
    const info = readInfo(file);
    if (info !== undefined && (await answers(info))) return info;
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
  throw startFailed(`JupyterLab did not answer within ${START_TIMEOUT_MS / 1000} s`, logStart);
}

function readInfo(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // half written
  }
}

async function answers(info) {
  try {
    const answer = await fetch(`${info.url}api/status`, {
      headers: { authorization: `token ${info.token}` },
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

function startFailed(what, logStart) {
  const log = readFileSync(logFile).subarray(logStart).toString().trim().split('\n');
  const taken = log.some((line) => line.includes('is already in use') || line.includes('ports in range'));
  const last = log
    .slice(-8)
    .map((line) => `    ${line}`)
    .join('\n');
  return new SetupError(
    taken ? 'The port is already in use by another program.' : `${what}. Its log says last:\n${last}`,
    taken
      ? 'choose another one (npm start -- --port 9999), or none.'
      : `read ${logFile}; 'rm -rf .venv' and start again installs JupyterLab anew.`,
  );
}

/** Asks the server to stop, which ends its kernels too; after 10 s it is killed. */
async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  let timer;
  const late = new Promise((settle) => (timer = setTimeout(settle, STOP_TIMEOUT_MS, 'late')));
  const how = await Promise.race([exited, late]);
  clearTimeout(timer);
  if (how === 'late') killGroup(child);
}

/** At once, with what it has started in its process group. */
export function killGroup(child) {
  try {
    process.kill(windows ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
