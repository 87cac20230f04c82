import { resolve } from 'node:path';
import { JupyterServer } from '../browser/harness/jupyter-server.ts';

const EARTHQUAKES = 'node_modules/vega-datasets/data/earthquakes.json';

/** The data that notebook 01 reads. */
export const earthquakesFile = resolve(import.meta.dirname, '..', '..', EARTHQUAKES);

const NAMES = ['01-first-stream.ipynb', '02-the-flink-chapter.ipynb'];

/** The project's notebooks and their data, placed as in the checkout. */
export const notebookCopies: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NAMES.map((name) => [name, `notebooks/${name}`])),
  [`../${EARTHQUAKES}`]: EARTHQUAKES,
};

/** A JupyterLab with copies of the project's notebooks. */
export function startNotebookServer(): Promise<JupyterServer> {
  return JupyterServer.start({ copies: notebookCopies });
}
