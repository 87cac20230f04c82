import { afterAll, describe } from 'vitest';
import { backPressure } from '../../../kafka/back-pressure.ts';
import { clusterBehaviours } from '../../../kafka/cluster-behaviours.ts';
import { kafkaConforms } from '../../../kafka/kafka-conforms.ts';
import { prefixTakenOver } from '../../../kafka/prefix-taken-over.ts';
import { temporaryFolder } from '../../engine/notebook.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const brokersOf = () => `embedded:${folder.path('kafka.sqlite')}`;

describe('with the embedded log', () => {
  clusterBehaviours(brokersOf);
  prefixTakenOver(brokersOf);
  kafkaConforms(brokersOf);
  backPressure(brokersOf);
});
