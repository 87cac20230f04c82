import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JobClient } from 'tidemark';
import { Notebook } from './notebook.ts';
import { PushedJobs } from './pushed-jobs.ts';

const jobs = new PushedJobs();
let notebook: Notebook;
let job: Promise<JobClient>;

beforeEach(async () => {
  notebook = await Notebook.open(jobs.path('n.sqlite'));
});
afterEach(() => notebook.crash());

function run(factor: number) {
  return notebook.cell('a', (env) => {
    const sums = env
      .fromSource(jobs.source)
      .keyBy((n) => n % 3)
      .sum(0);
    sums.map(factor === 1 ? (n) => n : (n) => n * 10).sinkTo(jobs.sink);
    job = env.execute('totals');
  });
}

describe('law 4: a cell that executes a job', () => {
  test('keeps it when it runs again, and has it as its job again', async () => {
    run(1);
    await jobs.source.push(1, 2, 3, 4);
    expect(run(1).kept).toEqual(['list']);
    expect([(await job).name, (await job).status]).toEqual(['totals', 'running']);
    await jobs.source.push(5);
    expect(jobs.written).toEqual([1, 2, 3, 5, 7]);
  });

  test('writes nothing twice when it was edited', async () => {
    run(1);
    await jobs.source.push(1, 2, 3, 4);
    expect(run(10).rebuilt).toEqual(['list']);
    await jobs.source.push(5);
    expect(jobs.written).toEqual([1, 2, 3, 5, 70]);
  });

  test('nor if it waits for its job, which takes the place of the one before at once', async () => {
    run(1);
    await jobs.source.push(1, 2, 3, 4);
    notebook.session.beginCell('a');
    const sums = notebook.env
      .fromSource(jobs.source)
      .keyBy((n) => n % 3)
      .sum(0);
    sums.map((n) => n * 10).sinkTo(jobs.sink);
    const waiting = await notebook.env.execute('totals');
    await waiting.resume();
    await jobs.source.push(5);
    expect(jobs.written).toEqual([1, 2, 3, 5, 70]);
    const outcome = notebook.session.endCell('a', { text: '[2]', executionCount: 2 }, false);
    expect(outcome.changes.map(({ change }) => change)).toEqual(['rebuilt']);
    await jobs.source.push(6);
    expect(jobs.written).toEqual([1, 2, 3, 5, 70, 90]);
  });
});
