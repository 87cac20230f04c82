import type { SinkCommitter } from '../../operators/sink.ts';
import type { KafkaCluster, TransactionalProducer } from './kafka-cluster.ts';
import type { TransactionIds } from './transaction-ids.ts';

/**
 * Ends transactions by what a cut holds of them: their ids, producers and epochs. That can be done by a process that never
 * saw them begin, and twice is the same as once.
 */
export class KafkaCommitter implements SinkCommitter {
  readonly #open: () => KafkaCluster;
  readonly #ids: TransactionIds;
  #cluster: KafkaCluster | undefined;

  constructor(open: () => KafkaCluster, ids: TransactionIds) {
    this.#open = open;
    this.#ids = ids;
  }

  commit(committable: unknown): Promise<void> {
    return this.#end(committable as TransactionalProducer, true);
  }

  abort(committable: unknown): Promise<void> {
    return this.#end(committable as TransactionalProducer, false);
  }

  close(): void {
    void this.#cluster?.close();
    this.#cluster = undefined;
  }

  async #end(producer: TransactionalProducer, commit: boolean): Promise<void> {
    this.#cluster ??= this.#open();
    // Of one that is gone already, the commit came through before it could be noted.
    await this.#cluster.endTransaction(producer, commit);
    if (commit) this.#ids.committed(producer.transactionalId);
    else this.#ids.aborted(producer.transactionalId);
  }
}
