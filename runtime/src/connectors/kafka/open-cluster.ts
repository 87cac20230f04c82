import { resolve } from 'node:path';
import { BrokerCluster } from './broker-cluster.ts';
import { EmbeddedCluster } from './embedded-cluster.ts';
import type { KafkaCluster, OnRetry } from './kafka-cluster.ts';
import { kafkaOptionInvalid } from './kafka-errors.ts';
import type { KafkaSecurity } from './kafka-security.ts';

/**
 * `'host:port'`, several of them in a list or separated by commas; or `'embedded'`: a durable log in the session's own
 * store, which needs no broker. `'embedded:path'` names the file of that log.
 */
export type Brokers = string | readonly string[];

const EMBEDDED = 'embedded';
let embeddedPath: string | undefined;

/** Where the log of `brokers: 'embedded'` lies: a session says it before any cell runs. Else it is in the working directory. */
export function setEmbeddedLogPath(path: string): void {
  embeddedPath = path;
}

/** The cluster behind `brokers`. It connects when it is first asked for something. */
export function openCluster(
  brokers: Brokers,
  security: KafkaSecurity = {},
  onRetry: OnRetry = () => undefined,
): KafkaCluster {
  const names = brokerNames(brokers);
  const [first] = names;
  if (first === EMBEDDED)
    return new EmbeddedCluster(embeddedPath ?? resolve('.tidemark', 'kafka.sqlite'), onRetry);
  if (first?.startsWith(`${EMBEDDED}:`))
    return new EmbeddedCluster(resolve(first.slice(EMBEDDED.length + 1)), onRetry);
  return new BrokerCluster(names, security, onRetry);
}

export function brokerNames(brokers: Brokers): readonly string[] {
  if (typeof brokers !== 'string') return brokers;
  return brokers.startsWith(`${EMBEDDED}:`) ? [brokers] : brokers.split(',').map((broker) => broker.trim());
}

/** @throws {TidemarkError} `kafka-option-invalid` for what cannot be the name of a cluster */
export function checkBrokers(what: string, brokers: unknown): void {
  const names = typeof brokers === 'string' ? brokerNames(brokers) : brokers;
  const fits = (name: unknown): boolean =>
    typeof name === 'string' &&
    (name === EMBEDDED ||
      /^embedded:.+$/.test(name) ||
      /^[^:\s/]+(:\d{1,5})?$|^\[[^\]]+\](:\d{1,5})?$/.test(name));
  if (!Array.isArray(names) || names.length === 0 || !names.every(fits)) {
    throw kafkaOptionInvalid(what, 'brokers', brokers, "is 'host:port', a list of them, or 'embedded'");
  }
}
