// npm test: sets up what is missing, then runs every test, those in a real JupyterLab and browser included.
// npm test -- tests/runtime runs those whose path contains the text; npm run test:soak runs the long ones.
import { runTests } from './checks/run-tests.mjs';
import { setUpJava, setUpKafka } from './kafka/set-up-kafka.mjs';
import { setUpChromium } from './setup/chromium.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';
import { step } from './setup/step.mjs';

await runEntry(async () => {
  const args = process.argv.slice(2);
  await setUp();
  await step('Browser', setUpChromium);
  await step('Java', setUpJava);
  await step('Kafka', setUpKafka);
  const { passed, failed, exitCode } = await runTests({
    soak: args.includes('--soak'),
    filters: args.filter((arg) => arg !== '--soak'),
  });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = exitCode;
});
