// npm run kafka: a real Kafka broker of one node, on this machine, until Ctrl-C. Its data stays in .tidemark/kafka/data.
import { join } from 'node:path';
import { startBroker } from './kafka/kafka-broker.mjs';
import { kafkaFolder, setUpJava, setUpKafka } from './kafka/set-up-kafka.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { SetupError, step } from './setup/step.mjs';

const port = 9092;

await runEntry(async () => {
  await step('Java', setUpJava);
  await step('Kafka', setUpKafka);
  let broker;
  await step('Broker', async () => {
    broker = await startBroker({ folder: join(kafkaFolder, 'broker'), port }).catch((error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new SetupError(
        `Port ${port} is taken: probably a broker runs already.`,
        'use it, or stop it first.',
      );
    });
    return `serves at ${broker.brokers}`;
  });
  console.log(
    `\nIn a notebook: kafkaSource({ brokers: '${broker.brokers}', … }). Ctrl-C stops it; its data stays.`,
  );
  process.once('SIGINT', () => void broker.stop().then(() => process.exit(0)));
  await broker.exited;
});
