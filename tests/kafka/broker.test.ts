import { afterAll, beforeAll, describe } from 'vitest';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { clusterBehaviours } from './cluster-behaviours.ts';
import { startBroker, type KafkaBroker } from './kafka-broker.ts';

const folder = temporaryFolder();
let broker: KafkaBroker;

beforeAll(async () => {
  broker = await startBroker({ folder: folder.path('broker') });
});
afterAll(async () => {
  await broker.kill();
  folder.remove();
});

describe('with a broker', () => clusterBehaviours(() => broker.brokers));
