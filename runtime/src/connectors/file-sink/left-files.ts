import { FileSinkCommitter } from './file-sink-committer.ts';
import { sinkFileFailed, sinkFileLost } from './file-sink-errors.ts';
import type { FileSinkState, PendingFiles } from './file-sink-writer.ts';
import { hiddenName, publishedName, removeBegunSince } from './part-names.ts';
import { PartOutput } from './part-file.ts';
import { nodeFiles, type SinkFiles } from './sink-files.ts';

/**
 * Ends what a writer has left in a cut and no other goes on with (law 5): publishes what it had written by then, and removes
 * what it has begun since. Doing so twice is the same as once.
 * @param pending what it had handed over to the cut
 */
export async function finishLeftFiles(
  writer: unknown,
  pending: readonly unknown[],
  files: SinkFiles = nodeFiles,
): Promise<void> {
  const committer = new FileSinkCommitter(files);
  for (const left of pending) await committer.commit(left as PendingFiles);
  const { names, next, part } = (writer ?? {}) as Partial<FileSinkState>;
  // Of a cut of before there were names in it.
  if (names === undefined || next === undefined) return;
  if (part !== undefined) {
    const hidden = `${names.folder}/${hiddenName(names, part.number)}`;
    const published = publishedName(names, part.number);
    const { length } = part.state as { readonly length: number };
    const size = files.size(hidden);
    if (size === undefined && files.size(`${names.folder}/${published}`) === undefined)
      throw sinkFileLost(hidden, length, size);
    if (size !== undefined) {
      if (size < length) throw sinkFileLost(hidden, length, size);
      await cutOff(files, hidden, length);
      await committer.commit({
        folder: names.folder,
        files: [{ hidden: hiddenName(names, part.number), name: published, inCuts: true }],
      });
    }
  }
  removeBegunSince(files, names, next);
}

/** Leaves the bytes that the cut knows of. */
async function cutOff(files: SinkFiles, path: string, length: number): Promise<void> {
  try {
    const output = new PartOutput(files, path, length);
    await output.sync();
    await output.close();
  } catch (error) {
    throw sinkFileFailed(path, 'end', error);
  }
}
