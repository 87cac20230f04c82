// Kafka nodes that are broker and controller (KRaft), each in a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { findJava, libsFolder } from './set-up-kafka.mjs';

const startTimeout = 60_000;
const lookEvery = 100;
const keptCharacters = 4_000;

/**
 * Starts a node, with the data that its folder holds. Resolves when it takes connections.
 * @param options.folder where its data is
 * @param options.port of clients; a free one when left out
 * @param options.extra further lines of server.properties, and listeners beside the plain one:
 *   `(ports) => ({ listeners: ['SASL://…'], protocols: ['SASL:SASL_PLAINTEXT'], lines: ['…'] })`
 * @param options.users whom SCRAM knows: `SCRAM-SHA-256=[name=…,password=…]`
 * @param options.node its place in a cluster; alone when left out
 */
export async function startBroker({ folder, port, ports, extra, users = [], node }) {
  mkdirSync(folder, { recursive: true });
  const [clients, controller, ...others] = ports ?? (await freePorts(6, port));
  const { listeners = [], protocols = [], lines = [] } = extra?.(others) ?? {};
  const { id = 1, voters = `1@127.0.0.1:${controller}`, cluster = clusterId(), nodes = 1 } = node ?? {};
  const inSync = Math.ceil((nodes + 1) / 2);
  const java = findJava();
  const properties = join(folder, 'server.properties');
  writeFileSync(
    properties,
    [
      'process.roles=broker,controller',
      `node.id=${id}`,
      `controller.quorum.voters=${voters}`,
      `listeners=${[`PLAINTEXT://127.0.0.1:${clients}`, `CONTROLLER://127.0.0.1:${controller}`, ...listeners].join(',')}`,
      `advertised.listeners=${[`PLAINTEXT://127.0.0.1:${clients}`, ...listeners].join(',')}`,
      'controller.listener.names=CONTROLLER',
      `listener.security.protocol.map=${['CONTROLLER:PLAINTEXT', 'PLAINTEXT:PLAINTEXT', ...protocols].join(',')}`,
      'inter.broker.listener.name=PLAINTEXT',
      'auto.create.topics.enable=false',
      // Retention goes by the records' timestamps: readings of last year would be gone in a moment.
      'log.retention.ms=-1',
      `default.replication.factor=${nodes}`,
      `min.insync.replicas=${nodes === 1 ? 1 : inSync}`,
      `offsets.topic.replication.factor=${nodes}`,
      'offsets.topic.num.partitions=4',
      `transaction.state.log.replication.factor=${nodes}`,
      `transaction.state.log.min.isr=${nodes === 1 ? 1 : inSync}`,
      'transaction.state.log.num.partitions=4',
      `share.coordinator.state.topic.replication.factor=${nodes}`,
      'share.coordinator.state.topic.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
      // After a failure the node that comes back is another to the controller until this has passed.
      'broker.session.timeout.ms=1500',
      'broker.heartbeat.interval.ms=300',
      `log.dirs=${join(folder, 'data')}`,
      ...lines,
    ].join('\n'),
  );
  const classPath = join(libsFolder, '*');
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const args = ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', properties];
    for (const user of users) args.push('--add-scram', user);
    const formatted = spawnSync(java, args, { encoding: 'utf8' });
    if (formatted.status !== 0) throw new Error(`Kafka's storage could not be made: ${formatted.stderr}`);
  }
  const args = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'kafka.Kafka', properties];
  const child = spawn(java, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (said = (said + text).slice(-keptCharacters)));
  const stopAtExit = () => child.kill('SIGKILL');
  process.once('exit', stopAtExit);
  const exited = new Promise((settle) => child.once('exit', settle)).then(() =>
    process.off('exit', stopAtExit),
  );
  const end = (signal) => {
    child.kill(signal);
    return exited;
  };
  const broker = {
    brokers: `127.0.0.1:${clients}`,
    ports: [clients, controller, ...others],
    pid: child.pid,
    exited,
    /** Ends it in good order. */
    stop: () => end('SIGTERM'),
    /** Ends it as a failure of power would. */
    kill: () => end('SIGKILL'),
    /** Stops its clock: it takes connections and answers nothing. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
  };
  await untilOpen(
    clients,
    () => child.exitCode !== null || child.signalCode !== null,
    () => said,
  );
  return broker;
}

/**
 * Starts a cluster of nodes, with the data that the folder holds.
 * @param options.nodes how many
 */
export async function startCluster({ folder, nodes = 3 }) {
  const ports = await freePorts(2 * nodes);
  const cluster = clusterId();
  const controllerOf = (at) => ports[2 * at + 1];
  const voters = Array.from({ length: nodes }, (_, at) => `${at + 1}@127.0.0.1:${controllerOf(at)}`).join(
    ',',
  );
  const start = (at) =>
    startBroker({
      folder: join(folder, `node-${at + 1}`),
      ports: [ports[2 * at], controllerOf(at)],
      node: { id: at + 1, voters, cluster, nodes },
    });
  const brokers = await Promise.all(Array.from({ length: nodes }, (_, at) => start(at)));
  return {
    brokers: brokers.map((broker) => broker.brokers).join(','),
    nodes: brokers,
    /** Starts a node again that was ended. */
    restart: async (at) => (brokers[at] = await start(at)),
    kill: () => Promise.all(brokers.map((broker) => broker.kill())),
  };
}

async function untilOpen(port, isGone, said) {
  const end = Date.now() + startTimeout;
  while (!(await opens(port))) {
    if (isGone()) throw new Error(`The Kafka broker ended while it started. It said last:\n${said()}`);
    if (Date.now() > end)
      throw new Error(`The Kafka broker did not start within ${startTimeout} ms:\n${said()}`);
    await new Promise((settle) => setTimeout(settle, lookEvery));
  }
}

function opens(port) {
  return new Promise((settle) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => (socket.destroy(), settle(true)));
    socket.once('error', () => (socket.destroy(), settle(false)));
  });
}

/** Ports that nobody listens at, all different. */
async function freePorts(count, first) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      (_, i) =>
        new Promise((settle, fail) => {
          const server = createServer();
          server.once('error', fail);
          server.listen(i === 0 ? (first ?? 0) : 0, '127.0.0.1', () => settle(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((settle) => server.close(settle))));
  return ports;
}

/** A cluster's id is 16 bytes in base64url. */
function clusterId() {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}
