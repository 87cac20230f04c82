import type { SinkCommitter } from '../../operators/sink.ts';
import { sinkFileFailed } from './file-sink-errors.ts';
import type { PendingFiles } from './file-sink-writer.ts';
import type { SinkFiles } from './sink-files.ts';

/** Publishes pending files by their final names. */
export class FileSinkCommitter implements SinkCommitter {
  readonly #files: SinkFiles;

  constructor(files: SinkFiles) {
    this.#files = files;
  }

  async commit(committable: unknown): Promise<void> {
    const { folder, files } = committable as PendingFiles;
    for (const { hidden, name } of files) {
      // It has been published before; whoever reads finished files may even have taken it away.
      if (this.#files.size(`${folder}/${hidden}`) === undefined) continue;
      try {
        await this.#files.publish(`${folder}/${hidden}`, `${folder}/${name}`);
      } catch (error) {
        if (this.#files.size(`${folder}/${hidden}`) === undefined) continue;
        throw sinkFileFailed(`${folder}/${name}`, 'publish', error);
      }
    }
  }

  abort(committable: unknown): Promise<void> {
    const { folder, files } = committable as PendingFiles;
    for (const { hidden, inCuts } of files) if (!inCuts) this.#files.remove(`${folder}/${hidden}`);
    return Promise.resolve();
  }
}
