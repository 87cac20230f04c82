import { onDemand } from '../on-demand.ts';

/** Kafka's requests. With all that they bring along they are as much as the rest of the runtime. */
export const kafkaProtocol = onDemand<typeof import('@platformatic/kafka')>('@platformatic/kafka');
