import type {
  Connection,
  ConnectionOptions,
  ConnectionPool,
  metadataV12,
  SASLOptions,
} from '@platformatic/kafka';
import { kafkaProtocol } from './kafka-protocol.ts';
import { TidemarkError } from '../../errors.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import type { OnRetry } from './kafka-cluster.ts';
import {
  kafkaAuthenticationFailed,
  kafkaForbidden,
  kafkaNotReady,
  kafkaRequestFailed,
  kafkaSlow,
  kafkaTlsFailed,
  kafkaUnreachable,
  errorsIn,
  reasonsIn,
} from './kafka-errors.ts';

interface Broker {
  readonly host: string;
  readonly port: number;
}

export interface PartitionLeader {
  readonly nodeId: number;
  readonly epoch: number;
}

export interface TopicMetadata {
  readonly id: string;
  readonly leaders: readonly PartitionLeader[];
}

const CONNECT_TIMEOUT = 5_000;
/** Longer than any request may wait at the broker. */
const REQUEST_TIMEOUT = 20_000;
const FIRST_DELAY = 5;
/** Delays that are waited for before anybody hears of it. */
const QUIET_DELAY = 100;
const LONGEST_DELAY = 1_000;
/** A request that takes longer is worth a word. */
const SLOW = 5_000;
const METADATA_AGE = 30_000;

/** Errors that pass: the next attempt asks for fresh metadata first. */
const PASSING: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_CONTROLLER',
  'CONCURRENT_TRANSACTIONS',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
  'THROTTLING_QUOTA_EXCEEDED',
  'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  // A request came between the steps of authenticating again, which a broker asks for by connections.max.reauth.ms.
  'ILLEGAL_SASL_STATE',
  'PLT_KFK_NETWORK',
  'PLT_KFK_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
]);

/** The broker itself is not there, or the way to it. */
const AWAY =
  /^(PLT_KFK_NETWORK|PLT_KFK_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE|NETWORK_EXCEPTION|REQUEST_TIMED_OUT)$/;

const TLS_ALERT = /^ERR_SSL_.*ALERT/;

const FORBIDDEN: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

/** Connections to the brokers of a cluster, who leads what, and attempts that are made again. */
export class BrokerConnections {
  readonly name: string;
  readonly #bootstrap: readonly Broker[];
  /** Requests on one connection are answered in order: those that wait for records have connections of their own. */
  readonly #pools: Readonly<Record<'requests' | 'fetches', ConnectionPool>>;
  readonly #onRetry: OnRetry;
  /** What keeps requests from being answered, by the request. */
  readonly #troubles = new Map<object, TidemarkError>();
  #said: TidemarkError | undefined;
  #brokers = new Map<number, Broker>();
  #topics = new Map<string, TopicMetadata & { readonly at: number }>();
  #coordinators = new Map<string, Broker>();
  /** Of the cluster, once one of its brokers has said it. */
  clusterId: string | undefined;
  /** What a broker has said of our certificate, after the handshake that seemed to succeed. */
  #alert: Error | undefined;
  #closed = false;
  readonly #delays = new Set<() => void>();

  constructor(brokers: readonly string[], security: KafkaSecurity, onRetry: OnRetry) {
    this.name = brokers.join(', ');
    this.#bootstrap = brokers.map(parseBroker);
    this.#onRetry = onRetry;
    const pool = () => {
      const connections = new (kafkaProtocol().ConnectionPool)('tidemark', {
        connectTimeout: CONNECT_TIMEOUT,
        requestTimeout: REQUEST_TIMEOUT,
        maxInflights: 16,
        ...clientSecurity(security),
      });
      connections.on('connect', ({ connection }) => connection.on('error', (error) => this.#hear(error)));
      return connections;
    };
    this.#pools = { requests: pool(), fetches: pool() };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Works until it succeeds or fails for good; in between, connections and metadata are made anew.
   * @param what completes "refused to …", for errors
   */
  async retrying<R>(what: string, work: () => Promise<R>): Promise<R> {
    let delay = FIRST_DELAY;
    const request = {};
    try {
      for (;;) {
        try {
          return await this.#slowly(request, work);
        } catch (error) {
          if (this.#closed) throw error;
          const failure = this.#fatal(what, error);
          if (failure) throw failure;
          this.forget();
          const reasons = reasonsIn(error);
          // A transaction that is being ended takes a moment, which is no trouble.
          if (!reasons.includes('CONCURRENT_TRANSACTIONS') && delay > QUIET_DELAY) {
            const away = reasons.some((reason) => AWAY.test(reason));
            const trouble = away ? kafkaUnreachable : kafkaNotReady;
            this.#say(request, trouble(this.name, error));
          }
          await this.pause(delay);
          delay = Math.min(LONGEST_DELAY, delay * 2);
        }
      }
    } finally {
      this.#say(request, undefined);
    }
  }

  /** Says so when an answer takes long. */
  async #slowly<R>(request: object, work: () => Promise<R>): Promise<R> {
    const timer = setTimeout(() => this.#say(request, kafkaSlow(this.name, SLOW)), SLOW);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  /** One thing is said at a time, and not again while it is the same, however many requests it keeps waiting. */
  #say(request: object, trouble: TidemarkError | undefined): void {
    if (trouble === undefined) this.#troubles.delete(request);
    else this.#troubles.set(request, trouble);
    const [now] = this.#troubles.values();
    if (now?.code === this.#said?.code) return;
    this.#said = now;
    this.#onRetry(now);
  }

  /** Waits, unless all is closed meanwhile. */
  pause(ms: number): Promise<void> {
    return new Promise((settle) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#delays.delete(end);
        settle();
      };
      const timer = setTimeout(end, ms);
      this.#delays.add(end);
      if (this.#closed) end();
    });
  }

  /** A connection to any broker. */
  async any(): Promise<Connection> {
    const known = [...this.#brokers.values()];
    return this.#pools.requests.getFirstAvailable([...known, ...this.#bootstrap]);
  }

  async to(nodeId: number, use: 'requests' | 'fetches' = 'requests'): Promise<Connection> {
    if (!this.#brokers.has(nodeId)) await this.refresh([]);
    const broker = this.#brokers.get(nodeId);
    return broker === undefined ? this.any() : this.#pools[use].get(broker);
  }

  /** Every broker's connection. */
  async all(): Promise<Connection[]> {
    await this.refresh([]);
    return Promise.all([...this.#brokers.values()].map((broker) => this.#pools.requests.get(broker)));
  }

  async coordinator(kind: 'group' | 'transaction', key: string): Promise<Connection> {
    const name = `${kind} ${key}`;
    let broker = this.#coordinators.get(name);
    if (broker === undefined) {
      const response = await kafkaProtocol().findCoordinatorV4.api.async(
        await this.any(),
        kind === 'group' ? 0 : 1,
        [key],
      );
      broker = response.coordinators[0]!;
      this.#coordinators.set(name, broker);
    }
    return this.#pools.requests.get({ host: broker.host, port: broker.port });
  }

  /** Topics that exist, of those named; asked for anew when what is known of them is old. */
  async topics(names: readonly string[]): Promise<ReadonlyMap<string, TopicMetadata>> {
    const oldest = Date.now() - METADATA_AGE;
    const unknown = names.filter((name) => (this.#topics.get(name)?.at ?? 0) < oldest);
    if (unknown.length > 0) await this.refresh(unknown);
    const found = new Map<string, TopicMetadata>();
    for (const name of names) {
      const topic = this.#topics.get(name);
      if (topic) found.set(name, topic);
    }
    return found;
  }

  /** Asks for brokers and topics; `undefined` for all topics. Returns those that exist. */
  async refresh(names: readonly string[] | undefined): Promise<string[]> {
    const { brokers, topics, clusterId } = await this.#metadata(names);
    this.clusterId = clusterId ?? undefined;
    this.#brokers = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    const found: string[] = [];
    for (const { errorCode, name, topicId, partitions, isInternal } of topics) {
      if (typeof name !== 'string') continue;
      if (errorCode !== 0) {
        this.#topics.delete(name);
        continue;
      }
      const leaders: PartitionLeader[] = [];
      for (const { partitionIndex, leaderId, leaderEpoch } of partitions) {
        leaders[partitionIndex] = { nodeId: leaderId, epoch: leaderEpoch };
      }
      this.#topics.set(name, { id: topicId, leaders, at: Date.now() });
      if (!isInternal) found.push(name);
    }
    return found;
  }

  /** Forgets who leads what; it is asked for again. */
  forget(): void {
    this.#topics.clear();
    this.#coordinators.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of [...this.#delays]) end();
    await Promise.all([this.#pools.requests.close(), this.#pools.fetches.close()]).catch(() => undefined);
  }

  async #metadata(names: readonly string[] | undefined): Promise<metadataV12.MetadataResponse> {
    try {
      return await kafkaProtocol().metadataV12.api.async(
        await this.any(),
        names === undefined ? null : [...names],
        false,
        false,
      );
    } catch (error) {
      // A topic that does not exist is an answer like others.
      const response = (error as { response?: metadataV12.MetadataResponse }).response;
      const reasons = reasonsIn(error).filter(
        (reason) => reason !== 'PLT_KFK_RESPONSE' && reason !== 'PLT_KFK_PROTOCOL',
      );
      if (response !== undefined && reasons.every((reason) => reason === 'UNKNOWN_TOPIC_OR_PARTITION'))
        return response;
      throw error;
    }
  }

  /** By TLS 1.3 a broker looks at our certificate when we are through: requests only hear that the connection is closed. */
  #hear(error: unknown): void {
    this.#alert ??= errorsIn(error).find((one) => TLS_ALERT.test((one as NodeJS.ErrnoException).code ?? ''));
  }

  #fatal(what: string, error: unknown): Error | undefined {
    // Ours may be from a function of the user's: a secret that is nowhere.
    const own = errorsIn(error).find((one) => one instanceof TidemarkError);
    if (own !== undefined) return own;
    if (this.#alert !== undefined) return kafkaTlsFailed(this.name, this.#alert);
    const reasons = reasonsIn(error);
    if (
      reasons.some((reason) => reason === 'PLT_KFK_AUTHENTICATION' || reason === 'SASL_AUTHENTICATION_FAILED')
    ) {
      return kafkaAuthenticationFailed(this.name, error);
    }
    if (reasons.some((reason) => /CERT|SSL|TLS|SELF_SIGNED|ALTNAME/.test(reason)) || isTlsMismatch(error)) {
      return kafkaTlsFailed(this.name, error);
    }
    if (reasons.some((reason) => FORBIDDEN.has(reason))) return kafkaForbidden(this.name, what, error);
    if (reasons.some((reason) => PASSING.has(reason))) return undefined;
    return kafkaRequestFailed(this.name, what, error);
  }
}

/** What the client takes. By OAUTHBEARER a broker that refuses says so in an answer that is none of Kafka's errors. */
function clientSecurity({ tls, sasl }: KafkaSecurity): ConnectionOptions {
  const refusal: NonNullable<SASLOptions['authBytesValidator']> = (said, settle) => {
    if (said.length === 0) return settle(null, said);
    const status = /"status"\s*:\s*"(\w+)"/.exec(said.toString())?.[1] ?? 'refused';
    return settle(new (kafkaProtocol().AuthenticationError)(`the token is not accepted (${status})`));
  };
  return {
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined
      ? {}
      : { sasl: sasl.mechanism === 'OAUTHBEARER' ? { ...sasl, authBytesValidator: refusal } : sasl }),
  };
}

function isTlsMismatch(error: unknown): boolean {
  return (
    error instanceof Error &&
    /TLS handshake failed|requires TLS/.test(
      `${error.message} ${String((error.cause as Error | undefined)?.message)}`,
    )
  );
}

function parseBroker(text: string): Broker {
  const at = text.lastIndexOf(':');
  const host = at < 0 ? text : text.slice(0, at);
  return { host: host.replace(/^\[|\]$/g, ''), port: at < 0 ? 9092 : Number(text.slice(at + 1)) };
}
