import { windowProperties } from './window-properties.ts';

windowProperties();
