import { onDemand } from '../on-demand.ts';

/** WebSockets whose requests carry header fields, which Node's own cannot. */
export const webSocketLibrary = onDemand<typeof import('ws')>('ws');
