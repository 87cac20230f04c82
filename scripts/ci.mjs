// All checks on a clean machine, in the order in which they are cheap. The last line counts them: N passed, N failed.
import { join } from 'node:path';
import { runCheck } from './checks/run-check.mjs';
import { runTests } from './checks/run-tests.mjs';
import { setUpJava, setUpKafka } from './kafka/set-up-kafka.mjs';
import { setUpChromium } from './setup/chromium.mjs';
import { root } from './setup/paths.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';
import { step } from './setup/step.mjs';

const bin = (...parts) => join(root, 'node_modules', ...parts);
const tsc = bin('typescript7', 'bin', 'tsc');

let passed = 0;
let failed = 0;
const tally = (held) => (held ? (passed += 1) : (failed += 1));

await runEntry(async () => {
  try {
    await setUp();
    await step('Browser', setUpChromium);
    await step('Java', setUpJava);
    await step('Kafka', setUpKafka);
    tally(await runCheck('Lint', bin('eslint', 'bin', 'eslint.js'), ['.']));
    tally(
      await runCheck('Format', bin('prettier', 'bin', 'prettier.cjs'), ['--check', '--log-level=warn', '.']),
    );
    // The rooms were compiled by set-up, which stops at the first type error.
    tally(await runCheck('Types of the tests', tsc, ['-p', 'tests/tsconfig.json']));
    console.log('\nTests');
    const tests = await runTests();
    passed += tests.passed;
    failed += tests.failed;
  } catch (error) {
    failed += 1;
    throw error;
  } finally {
    process.once('exit', () => console.log(`${passed} passed, ${failed} failed`));
    process.exitCode = failed === 0 ? 0 : 1;
  }
});
