import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('prompt asks the client and gives its answer, while the heartbeat goes on', async () => {
  const id = kernel.sendExecute("console.log('before'); await prompt('name? ', { password: true })", {
    allowStdin: true,
  });
  const asked = await kernel.waitFor(({ channel, parentId }) => channel === 'stdin' && parentId === id);
  expect(asked).toMatchObject({ type: 'input_request', content: { prompt: 'name? ', password: true } });
  expect(await kernel.beat('alive')).toBe('alive');
  kernel.send('stdin', 'input_reply', { status: 'ok', value: 'Ada' });
  const cell = await kernel.finished(id);
  expect(cell.result).toBe("'Ada'");
  expect(cell.text()).toBe('before\n');
});

test('prompt without a user is a clear error', async () => {
  const cell = await kernel.execute("await prompt('name? ')");
  expect(cell.error.evalue).toContain('this client did not allow input');
});

test('a prompt is ended by an interrupt', async () => {
  const id = kernel.sendExecute("await prompt('name? ')", { allowStdin: true });
  await kernel.waitFor(({ channel, parentId }) => channel === 'stdin' && parentId === id);
  await kernel.interrupt();
  expect((await kernel.finished(id)).error.ename).toBe('Interrupted');
});

test('a comm that a cell opens carries data and buffers both ways, under its cell', async () => {
  const cell = await kernel.execute(
    "const comm = comms.open('x_target', { a: 1 })\ncomm.onMessage((data, buffers) => { console.log('got', data, buffers.length); comm.send({ echo: data }, {}, [new Uint8Array([1, 2])]) })",
  );
  expect(cell.status).toBe('ok');
  const opened = cell.of('comm_open')[0];
  expect(opened).toMatchObject({ target_name: 'x_target', data: { a: 1 } });
  const comm_id = String(opened?.['comm_id']);
  kernel.send('shell', 'comm_msg', { comm_id, data: { ask: 2 } });
  const echo = await kernel.waitFor(
    ({ type, content }) => type === 'comm_msg' && content['comm_id'] === comm_id,
  );
  expect(echo.content['data']).toEqual({ echo: { ask: 2 } });
  expect([...(echo.buffers[0] ?? [])]).toEqual([1, 2]);
  const said = await kernel.waitFor(
    ({ type, content }) => type === 'stream' && String(content['text']).startsWith('got'),
  );
  expect(said.parentId).toBe(cell.id);
  const info = await kernel.ask('shell', 'comm_info_request', { target_name: 'x_target' });
  expect(info.content).toEqual({ status: 'ok', comms: { [comm_id]: { target_name: 'x_target' } } });
  kernel.send('shell', 'comm_close', { comm_id, data: {} });
  await kernel.execute('0');
  expect((await kernel.ask('shell', 'comm_info_request', {})).content['comms']).toEqual({});
});

test('a target that a cell registered is served', async () => {
  await kernel.execute("comms.register('mine', (comm, data) => comm.send({ hello: data }))");
  kernel.send('shell', 'comm_open', { comm_id: 'from-page', target_name: 'mine', data: { who: 'page' } });
  const answer = await kernel.waitFor(
    ({ type, content }) => type === 'comm_msg' && content['comm_id'] === 'from-page',
  );
  expect(answer.content['data']).toEqual({ hello: { who: 'page' } });
});

test('a comm for a target that nobody serves is closed', async () => {
  kernel.send('shell', 'comm_open', { comm_id: 'zz1', target_name: 'no_such_target', data: {} });
  await kernel.waitFor(({ type, content }) => type === 'comm_close' && content['comm_id'] === 'zz1');
});

test('views are served by the kernel process, also while a cell is in a loop', async () => {
  const id = kernel.sendExecute("console.log('running'); while (true) {}");
  await kernel.waitFor(({ type, parentId }) => type === 'stream' && parentId === id);
  kernel.send('shell', 'comm_open', { comm_id: 'views', target_name: 'tidemark.views', data: {} });
  const first = await kernel.waitFor(
    ({ type, content }) => type === 'comm_msg' && content['comm_id'] === 'views',
  );
  expect(first.content['data']).toMatchObject({ type: 'views' });
  await kernel.interrupt();
  await kernel.finished(id);
});
