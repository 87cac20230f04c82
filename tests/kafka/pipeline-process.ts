// A process of its own, to be killed: the session with sensor-data → detection → anomalies, exactly once.
import { json, kafkaSink, kafkaSource } from '../../runtime/src/index.ts';
import { Notebook } from '../runtime/engine/notebook.ts';
import { Detection, type Reading } from './detection.ts';

const [brokers, store, input, output, how] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const CUT_EVERY = 40;
const LOOK_EVERY = 5;

const notebook = await Notebook.open(store, how !== 'new');
notebook.env.enableCheckpointing(CUT_EVERY);

/** How many readings there are, once that is known. */
let last: number | undefined;
/** The cut that is taken when all of them have been looked at. */
let lastCut: number | undefined;

/** Tells when the sink behind it has committed: that comes before the news of a cut. */
class ToldDetection extends Detection {
  notifyCheckpointComplete(cut: number): void {
    if (lastCut !== undefined && cut >= lastCut) process.send!('finished');
  }
}

/** Which version of the cell the snapshot knows that this process goes on from. */
let version = Number(
  /v(\d+)/.exec(notebook.session.waiting().find(({ cell }) => cell === 'detect')?.name ?? '')?.[1] ?? 0,
);

function detect(): void {
  notebook.cell('detect', (env) => {
    // Another text is another function, though it does the same: an edit.
    const edited = new Function('reading', `return reading.value > -${version + 1};`) as (
      reading: Reading,
    ) => boolean;
    env
      .fromSource(kafkaSource({ brokers, topic: input, groupId: output, format: json<Reading>() }))
      .filter(edited)
      .keyBy('sensor')
      .process(() => new ToldDetection())
      .sinkTo(
        kafkaSink<Reading>({
          brokers,
          topic: output,
          format: json<Reading>(),
          key: ({ sensor }) => sensor,
          deliveryGuarantee: 'exactly-once',
          transactionalIdPrefix: output,
        }),
      )
      .name(`anomalies v${version}`);
  });
}

function beside(): void {
  const text = `return reading.n % ${2 + (version % 5)} === 0;`;
  notebook.cell('beside', (env) => {
    env
      .fromSource(kafkaSource({ brokers, topic: input, groupId: output, format: json<Reading>() }))
      .filter(new Function('reading', text) as (reading: Reading) => boolean)
      .show();
  });
}

// The cells may have been edited while there was no process.
if (how === 'edit') version += 1;
detect();
beside();

process.on('message', (message) => {
  if (message === 'edit') {
    version += 1;
    detect();
    beside();
  } else last = Number(String(message).replace('finish ', ''));
});
process.on('disconnect', () => process.exit(0));

let told = '';
setInterval(() => {
  const jobs = notebook.session.jobs();
  const failed = jobs.find(({ status }) => status === 'failed');
  if (failed) process.send!({ failed: `${failed.name}: ${notebook.warnings.join('; ')}` });
  const detected = jobs.find(({ name }) => name.startsWith('anomalies'))!.records;
  if (detected === last) lastCut ??= notebook.session.cut({ label: 'the last one' });
  const now = `${jobs.map(({ records, status }) => `${records} ${status}`).join()} ${notebook.session.snapshots().at(-1)?.id}`;
  if (now === told) return;
  told = now;
  process.send!('progress');
}, LOOK_EVERY);
