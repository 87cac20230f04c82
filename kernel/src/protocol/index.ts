export * from './json.ts';
export * from './view.ts';
export * from './view-comm.ts';
export * from './chart-status.ts';
export * from './text-table.ts';
export * from './view-counts.ts';
export * from './view-output.ts';
