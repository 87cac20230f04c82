// The thread that decodes Parquet: a row group takes longer than a slice may, and the next one is decoded while the
// records of this one are processed.
import { parentPort, workerData } from 'node:worker_threads';
import { TidemarkError } from '../errors.ts';
import { transferables } from './packed-column.ts';
import { ParquetFile } from './parquet-file.ts';
import type { GroupAnswer, GroupRequest, ParquetSettings } from './parquet-protocol.ts';

const settings = workerData as ParquetSettings;
let file: ParquetFile | undefined;

async function answer({ path, group }: GroupRequest): Promise<GroupAnswer> {
  if (file?.path !== path) {
    file?.close();
    file = undefined;
    file = await ParquetFile.open(path, settings);
  }
  if (group >= file.groupCount) return { type: 'file-end' };
  return { type: 'group', ...(await file.readGroup(group)) };
}

function failed(error: unknown): GroupAnswer {
  if (error instanceof TidemarkError) {
    return { type: 'failed', code: error.code, message: error.message, details: error.details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failed', code: 'parquet-not-readable', message, details: {} };
}

parentPort?.on('message', (request: GroupRequest) => {
  void answer(request)
    .catch(failed)
    .then((reply) => {
      const transfer = reply.type === 'group' ? reply.columns.flatMap(transferables) : [];
      parentPort?.postMessage(reply, transfer);
    });
});
