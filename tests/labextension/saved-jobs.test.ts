import { expect, test } from 'vitest';
import { jobBundle } from '../../kernel/src/session/job-display.ts';
import { leftJob } from '../../labextension/src/saved-jobs.ts';

const job = (status: 'created' | 'running' | 'finished' | 'failed') =>
  jobBundle("INSERT INTO t SELECT '<b>' FROM u", { status, read: 1_500, written: 3, unbounded: [] } as never);

test.each(['created', 'running'] as const)(
  'a job that was saved as %s says that nobody follows it',
  (status) => {
    const left = leftJob(job(status), 'stopped with its kernel')!;
    expect(left['text/plain']).toBe(
      "INSERT INTO t SELECT '<b>' FROM u: stopped with its kernel · 1,500 read · 3 written",
    );
    expect(left['text/html']).toContain('<span class="tm-status">stopped with its kernel</span>');
    expect(left['text/html']).toContain('tm-job-left');
    expect(leftJob({ ...left }, 'again')).toBeUndefined();
  },
);

test('a file may hold it as lines', () => {
  const html = String(job('running')['text/html']);
  const plain = String(job('running')['text/plain']);
  const left = leftJob(
    { 'text/html': [html.slice(0, 40), html.slice(40)], 'text/plain': [plain] },
    'stopped',
  );
  expect(left?.['text/html']).toContain('>stopped<');
});

test('one that has ended, and any other output, stays as it is', () => {
  expect(leftJob(job('finished'), 'stopped')).toBeUndefined();
  expect(leftJob(job('failed'), 'stopped')).toBeUndefined();
  expect(leftJob({ 'text/plain': 'x: running · ' }, 'stopped')).toBeUndefined();
});
