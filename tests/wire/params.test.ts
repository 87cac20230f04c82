import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

const PARAM = 'application/vnd.tidemark.param.v1+json';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

test('law 4: re-running a cell is an edit, moving a param is not; another value is one', async () => {
  await kernel.execute('env.pause()', { cellId: 'pause' });
  const declared = await kernel.execute("const limit = param('limit', { min: 0, max: 9, value: 3 })", {
    cellId: 'param',
  });
  const [{ data = {} } = {}] = declared.of('display_data') as { data?: Record<string, unknown> }[];
  expect(data[PARAM]).toEqual({ name: 'limit', min: 0, max: 9, step: 0.09, value: 3 });
  expect(data['text/plain']).toBe('limit = 3 (0 to 9; it is set by .value)');

  const above = 'const view = env.fromSequence(1, 9).filter((n) => n > limit.value).show()';
  await kernel.execute(above, { cellId: 'a' });
  await kernel.execute('%step 5');
  // A page moves the slider by the comm of the views.
  kernel.send('shell', 'comm_open', { comm_id: 'page', target_name: 'tidemark.views', data: {} });
  kernel.send('shell', 'comm_msg', { comm_id: 'page', data: { type: 'param', name: 'limit', value: 7 } });
  await kernel.waitFor(({ type, content }) => {
    const event = content['data'] as { type?: string; params?: { value: number }[] } | undefined;
    return type === 'comm_msg' && event?.type === 'params' && event.params?.[0]?.value === 7;
  });
  const again = await kernel.execute(above, { cellId: 'a' });
  expect(again.reply.metadata).toMatchObject({ tidemark: { kept: [expect.any(String)], rebuilt: [] } });
  await kernel.execute('%step 4');
  expect((await kernel.execute('view.latest()')).result).toBe('[ 4, 5, 8, 9 ]');

  const other = await kernel.execute(above.replace('limit.value', 'limit.value + 0'), { cellId: 'a' });
  expect(other.reply.metadata).toMatchObject({ tidemark: { kept: [], rebuilt: [expect.any(String)] } });
});

test('what another value would have changed is a table', async () => {
  const { result, data } = await kernel.execute(
    'await env.whatIf({ limit: 4 }, env.fromSequence(1, 9).filter((n) => n > limit.value))',
  );
  expect(result).toMatch(/^change +time +before +after\n/);
  expect(data['text/html']).toContain('only before');
});
