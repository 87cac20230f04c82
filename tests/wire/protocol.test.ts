import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('kernel_info says what the kernel is and speaks', async () => {
  const { content, type } = await kernel.ask('control', 'kernel_info_request', {});
  expect(type).toBe('kernel_info_reply');
  expect(content).toMatchObject({ status: 'ok', protocol_version: '5.4', implementation: 'tidemark' });
  expect(content['language_info']).toMatchObject({
    name: 'typescript',
    mimetype: 'text/typescript',
    file_extension: '.ts',
  });
});

test('every subscriber is welcomed', () => {
  expect(kernel.messages.find(({ type }) => type === 'iopub_welcome')?.content).toEqual({ subscription: '' });
});

test('the heartbeat is echoed', async () => {
  expect(await kernel.beat('still there?')).toBe('still there?');
});

test('a cell is bracketed by busy and idle, with its input first and its value before idle', async () => {
  const cell = await kernel.execute('40 + 2');
  expect(cell.messages.map(({ type }) => type)).toEqual([
    'status',
    'execute_input',
    'execute_result',
    'status',
  ]);
  expect(cell.states).toEqual(['busy', 'idle']);
  expect(cell.of('execute_input')[0]).toMatchObject({ code: '40 + 2' });
  expect(cell.result).toBe('42');
});

test('the execution count rises with stored executions only', async () => {
  const count = async (options = {}) =>
    (await kernel.execute('1', options)).reply.content['execution_count'] as number;
  const first = await count();
  await count({ silent: true });
  await count({ storeHistory: false });
  expect(await count()).toBe(first + 1);
});

test('a silent execution publishes neither input nor value', async () => {
  const cell = await kernel.execute('1 + 1', { silent: true });
  expect(cell.messages.map(({ type }) => type)).toEqual(['status', 'status']);
});

test('user expressions are evaluated after the cell, each with its own outcome', async () => {
  const cell = await kernel.execute('const six = 6', {
    expressions: { good: 'six * 7', bad: 'six.nothing', thrown: '(() => { throw new RangeError("far") })()' },
  });
  expect(cell.reply.content['user_expressions']).toMatchObject({
    good: { status: 'ok', data: { 'text/plain': '42' } },
    bad: { status: 'error' },
    thrown: { status: 'error', ename: 'RangeError', evalue: 'far' },
  });
});

test('a failed cell aborts what was sent with it', async () => {
  const ids = ['throw new Error("first")', '1', '2'].map((code) => kernel.sendExecute(code));
  const cells = await Promise.all(ids.map((id) => kernel.finished(id)));
  expect(cells.map(({ status }) => status)).toEqual(['error', 'aborted', 'aborted']);
  expect((await kernel.execute('3')).status).toBe('ok');
});

test('without stop_on_error the cells behind a failed one run', async () => {
  const ids = ['throw new Error("first")', '1', '2'].map((code) =>
    kernel.sendExecute(code, { stopOnError: false }),
  );
  const cells = await Promise.all(ids.map((id) => kernel.finished(id)));
  expect(cells.map(({ status }) => status)).toEqual(['error', 'ok', 'ok']);
});

test('a message with a wrong signature is dropped, noted on the log, and disturbs nothing', async () => {
  const id = kernel.send('shell', 'execute_request', { code: 'console.log("forged")' }, {}, 'another key');
  expect((await kernel.execute('1')).status).toBe('ok');
  await kernel.until(() => kernel.log.includes('wrong signature'));
  expect(kernel.messages.filter(({ parentId }) => parentId === id)).toEqual([]);
});

test('a replayed message is dropped', async () => {
  const { id, frames } = kernel.request('execute_request', { code: 'console.log("once")', silent: false });
  kernel.sendFrames('shell', frames);
  await kernel.finished(id);
  kernel.sendFrames('shell', frames);
  await kernel.until(() => kernel.log.includes('replay'));
  await kernel.execute('0');
  expect(kernel.published(id).filter(({ type }) => type === 'stream')).toHaveLength(1);
});

/** Frames of an execute request with one part replaced, signed as they should be. */
function malformed(parts: Partial<Record<'header' | 'parent' | 'metadata' | 'content', string>>): Buffer[] {
  const { frames } = kernel.request('execute_request', { code: 'console.log("malformed")', silent: false });
  const names = ['header', 'parent', 'metadata', 'content'] as const;
  const body = names.map((name, at) => Buffer.from(parts[name] ?? frames[at + 2] ?? ''));
  return [Buffer.from('<IDS|MSG>'), Buffer.from(kernel.sign(body)), ...body];
}

test.each(
  Object.entries({
    'content that is no JSON': [() => malformed({ content: '{ "code": ' }), 'not JSON'],
    'a header that is no JSON': [() => malformed({ header: 'header' }), 'not JSON'],
    'a header without an id': [
      () => malformed({ header: '{"msg_type":"execute_request"}' }),
      'header without msg_id or msg_type',
    ],
    'a header that is a list': [() => malformed({ header: '[]' }), 'header without msg_id or msg_type'],
    'no delimiter': [() => malformed({}).slice(1), 'no <IDS|MSG> delimiter'],
    'too few frames': [() => malformed({}).slice(0, 4), 'too few frames'],
  } satisfies Record<string, [() => Buffer[], string]>),
)('a message with %s is dropped, noted on the log, and disturbs nothing', async (_name, [frames, why]) => {
  const noted = kernel.log.split(why).length;
  kernel.sendFrames('shell', frames());
  await kernel.until(() => kernel.log.split(why).length > noted);
  const cell = await kernel.execute('1 + 1');
  expect(cell.result).toBe('2');
  expect(kernel.messages.some(({ content }) => String(content['text']).includes('malformed'))).toBe(false);
});

test('content of the wrong types is taken as if it were not there', async () => {
  const odd = { code: 5, user_expressions: [], allow_stdin: 'x', silent: null };
  expect((await kernel.ask('shell', 'execute_request', odd)).content['status']).toBe('ok');
  const complete = await kernel.ask('shell', 'complete_request', { code: 'x', cursor_pos: 'far' });
  expect(complete.content['status']).toBe('ok');
  expect((await kernel.ask('shell', 'history_request', { n: 'x' })).content['status']).toBe('ok');
  expect((await kernel.execute('1')).status).toBe('ok');
});

test('a client that floods has every request answered once', async () => {
  const ids = Array.from({ length: 2_000 }, (_, at) =>
    at % 2 === 0
      ? kernel.send('shell', 'kernel_info_request', {})
      : kernel.send('shell', 'complete_request', { code: 'Mat', cursor_pos: 3 }),
  );
  const sent = new Set(ids);
  const replies = (): string[] =>
    kernel.messages
      .filter(({ channel, parentId }) => channel === 'shell' && sent.has(parentId ?? ''))
      .map(({ parentId }) => parentId ?? '');
  await kernel.until(() => replies().length >= ids.length);
  expect(new Set(replies()).size).toBe(ids.length);
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});

test('a message of an unknown type is noted on the log and ignored', async () => {
  kernel.send('shell', 'bogus_request', {});
  await kernel.until(() => kernel.log.includes('bogus_request'));
  expect((await kernel.execute('1')).status).toBe('ok');
});

test('debug_request is answered politely', async () => {
  const { content } = await kernel.ask('control', 'debug_request', {
    type: 'request',
    seq: 7,
    command: 'attach',
  });
  expect(content).toMatchObject({ type: 'response', request_seq: 7, success: false, command: 'attach' });
});

test('history answers tail and search', async () => {
  await kernel.execute('const inHistory = "searched for"');
  const search = await kernel.ask('shell', 'history_request', {
    hist_access_type: 'search',
    pattern: '*searched?for*',
    n: 5,
    raw: true,
    output: false,
  });
  expect(JSON.stringify(search.content['history'])).toContain('inHistory');
  const tail = await kernel.ask('shell', 'history_request', {
    hist_access_type: 'tail',
    n: 2,
    raw: true,
    output: true,
  });
  expect(tail.content['history']).toHaveLength(2);
});

test('six hundred cells all become idle', async () => {
  for (let i = 0; i < 600; i++) {
    const cell = await kernel.execute('1');
    if (cell.states.at(-1) !== 'idle') throw new Error(`cell ${i} was left busy`);
  }
}, 60_000);

test('shutdown is answered, and the processes end', async () => {
  const other = await WireKernel.start();
  await other.execute('1');
  const exited = other.exited;
  const session = other.sessionPid();
  const { content } = await other.ask('control', 'shutdown_request', { restart: true });
  expect(content).toEqual({ status: 'ok', restart: true });
  expect(await exited).toBe(0);
  expect(() => process.kill(session, 0)).toThrow();
  await other.stop();
});
