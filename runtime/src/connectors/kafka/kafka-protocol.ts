import { createRequire } from 'node:module';

type KafkaProtocol = typeof import('@platformatic/kafka');

let protocol: KafkaProtocol | undefined;

/**
 * Kafka's requests, loaded when a cluster is first asked for something: with all that it brings along it is as much as the rest of the
 * runtime, and few sessions need it.
 */
export function kafkaProtocol(): KafkaProtocol {
  return (protocol ??= createRequire(import.meta.url)('@platformatic/kafka') as KafkaProtocol);
}
