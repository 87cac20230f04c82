// What a notebook kernel needs to complete, explain and check SQL beside the process that runs it.
export { SqlAssist } from './table/assist/sql-assist.ts';
export type { DescribedCatalog, DescribedTable } from './table/assist/described-catalog.ts';
export { TidemarkError } from './errors.ts';
