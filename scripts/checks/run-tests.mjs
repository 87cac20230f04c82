// Runs vitest on Node 24 and counts what it reports.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node24, root } from '../setup/paths.mjs';

/**
 * Runs the tests (those matching `filters`, or all) and answers `{ passed, failed, exitCode }`. A file that cannot be
 * loaded, an error outside any test and a skipped test count as failures: none of them shows that anything works.
 */
export async function runTests({ soak = false, filters = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-report-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const args = [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...filters,
    ];
    const env = { ...process.env, ...(soak ? { TIDEMARK_SOAK: '1' } : {}) };
    const child = spawn(node24, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    process.once('exit', () => child.kill());
    const exitCode = await new Promise((settle) => child.once('close', (code) => settle(code ?? 1)));
    return { ...count(report, exitCode), exitCode };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(report, exitCode) {
  let files;
  try {
    files = JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return { passed: 0, failed: 1 };
  }
  let passed = 0;
  let failed = 0;
  for (const file of files) {
    const results = file.assertionResults.map((result) => result.status);
    passed += results.filter((status) => status === 'passed').length;
    const bad = results.filter((status) => status !== 'passed').length;
    failed += bad === 0 && file.status === 'failed' ? 1 : bad;
  }
  if (exitCode !== 0 && failed === 0) failed = 1;
  return { passed, failed };
}
