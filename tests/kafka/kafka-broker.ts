import { scriptModule } from '../setup/script-module.ts';

export interface KafkaBroker {
  /** What `brokers` takes. */
  readonly brokers: string;
  readonly ports: readonly number[];
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface KafkaBrokerOptions {
  readonly folder: string;
  /** Those of a broker that ran before in this folder. */
  readonly ports?: readonly number[];
  readonly extra?: (ports: readonly number[]) => {
    readonly listeners?: readonly string[];
    readonly protocols?: readonly string[];
    readonly lines?: readonly string[];
  };
  /** Whom SCRAM knows. */
  readonly users?: readonly string[];
}

/** Several nodes that are one cluster. */
export interface Cluster {
  /** What `brokers` takes. */
  readonly brokers: string;
  /** In the order of their ids, from 1. */
  readonly nodes: readonly KafkaBroker[];
  restart(at: number): Promise<KafkaBroker>;
  kill(): Promise<unknown>;
}

/** Starts a real cluster of three nodes; each has all of every topic. */
export async function startCluster(folder: string): Promise<Cluster> {
  const module = await scriptModule<{ startCluster(options: { folder: string }): Promise<Cluster> }>(
    'kafka/kafka-broker.mjs',
  );
  return module.startCluster({ folder });
}

/** Starts a real broker of one node; `npm test` has fetched it. */
export async function startBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const module = await scriptModule<{ startBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> }>(
    'kafka/kafka-broker.mjs',
  );
  return module.startBroker(options);
}
