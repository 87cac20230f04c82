import { readFile } from 'node:fs/promises';
import { badLabels } from '../errors.ts';

/** Reads labels that a notebook has written as JSON. */
export async function readLabels(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw badLabels(path, error instanceof Error ? error.message : String(error), error);
  }
}
