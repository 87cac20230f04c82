import { expect, test } from 'vitest';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import { json, kafkaSink, kafkaTopic } from '../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../runtime/engine/notebook.ts';
import { PushedSource } from '../runtime/engine/pushed-source.ts';

/** What a sink says when a job on another machine, which no lock holds off, uses its transactional id prefix. */
export function prefixTakenOver(brokersOf: () => string): void {
  test('a sink whose transaction a job elsewhere has taken over says which, and under which prefix', async () => {
    const brokers = brokersOf();
    const output = kafkaTopic<number>({ brokers, topic: 'taken-over', format: json() });
    await output.create();
    const cluster = openCluster(brokers);
    const folder = temporaryFolder();
    const notebook = await Notebook.open(folder.path('n.sqlite'));
    try {
      const source = new PushedSource();
      notebook.cell('a', (env) => {
        env.fromSource(source).sinkTo(
          kafkaSink<number>({
            brokers,
            topic: output.name,
            format: json(),
            deliveryGuarantee: 'exactly-once',
            transactionalIdPrefix: output.name,
          }),
        );
      });
      await source.push(1);
      while ((await output.records('read_uncommitted')).length < 1);
      const taken = await cluster.openTransactions(output.name);
      for (const id of taken) await cluster.initTransactions(id, 60_000);
      await source.push(2);
      await notebook.untilNotice('a/0', (notice) => notice?.passes === false);
      const { error } = notebook.notices.get('a/0')!;
      const cause = (error.cause ?? error) as { code?: string; details?: { transactionalId?: string } };
      expect(cause).toMatchObject({ code: 'kafka-transaction-fenced', details: { prefix: output.name } });
      expect(taken).toContain(cause.details?.transactionalId);
      expect(await output.records()).toEqual([]);
    } finally {
      await notebook.crash();
      await cluster.close();
      folder.remove();
    }
  });
}
