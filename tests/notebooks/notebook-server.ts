import { resolve } from 'node:path';
import { JupyterServer } from '../browser/harness/jupyter-server.ts';

const EARTHQUAKES = 'node_modules/vega-datasets/data/earthquakes.json';

const FLIGHTS = 'node_modules/vega-datasets/data/flights-3m.parquet';
const root = resolve(import.meta.dirname, '..', '..');

/** The data that notebook 01 reads. */
export const earthquakesFile = resolve(root, EARTHQUAKES);

/** The data that notebook 03 reads. */
export const flightsFile = resolve(root, FLIGHTS);

const NAMES = [
  '01-first-stream.ipynb',
  '02-the-flink-chapter.ipynb',
  '03-three-million-flights.ipynb',
  '04-anomalies-kafka.ipynb',
  '05-tune-a-detector.ipynb',
  '06-bring-your-own-source.ipynb',
  '07-sql-on-streams.ipynb',
  '08-one-question-three-ways.ipynb',
];

/** The project's notebooks and their data, placed as in the checkout. */
export const notebookCopies: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NAMES.map((name) => [name, `notebooks/${name}`])),
  [`../${EARTHQUAKES}`]: EARTHQUAKES,
  [`../${FLIGHTS}`]: FLIGHTS,
};

/** A JupyterLab with copies of the project's notebooks. */
export function startNotebookServer(): Promise<JupyterServer> {
  return JupyterServer.start({ copies: notebookCopies });
}
