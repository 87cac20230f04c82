import { timeProperties } from './time-properties.ts';

timeProperties();
