import { AsyncLocalStorage } from 'node:async_hooks';

/** The execution that output, errors and comms belong to. */
export interface CellContext {
  readonly run: number;
  readonly cellId: string;
  readonly executionCount: number;
  readonly silent: boolean;
  readonly allowStdin: boolean;
}

const storage = new AsyncLocalStorage<CellContext>();
const latestByCell = new Map<string, CellContext>();
let latest: CellContext = { run: 0, cellId: '', executionCount: 0, silent: false, allowStdin: false };

/** Runs `work`, and every timer and promise that it starts, as part of a cell. */
export function inCell<T>(cell: CellContext, work: () => T): T {
  latest = cell;
  latestByCell.set(cell.cellId, cell);
  return storage.run(cell, work);
}

/** The cell that the running code belongs to; the last one when nobody can tell. */
export function currentCell(): CellContext {
  return storage.getStore() ?? latest;
}

/** The latest execution of a notebook cell. */
export function latestRunOf(cellId: string): CellContext {
  return latestByCell.get(cellId) ?? latest;
}

/** Runs work of a cell's operators: what it prints goes under that cell, which does not become the last one. */
export function asCell<T>(cellId: string, work: () => T): T {
  return storage.run(latestRunOf(cellId), work);
}
