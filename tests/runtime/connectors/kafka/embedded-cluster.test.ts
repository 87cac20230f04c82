import { afterAll, describe } from 'vitest';
import { clusterBehaviours } from '../../../kafka/cluster-behaviours.ts';
import { temporaryFolder } from '../../engine/notebook.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

describe('with the embedded log', () => clusterBehaviours(() => `embedded:${folder.path('kafka.sqlite')}`));
