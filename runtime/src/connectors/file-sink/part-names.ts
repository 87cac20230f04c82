import type { SinkFiles } from './sink-files.ts';

/** What the files of one writer are called: those of no other begin as they do. */
export interface PartNames {
  readonly folder: string;
  /** Of prefix, job and subtask. */
  readonly stem: string;
  readonly extension: string;
}

/** Of a finished file. */
export function publishedName({ stem, extension }: PartNames, number: number): string {
  return `${stem}-${number}${extension}`;
}

/** Of one that is in progress or pending. */
export function hiddenName(names: PartNames, number: number): string {
  return `.${publishedName(names, number)}.inprogress`;
}

/** Removes what a writer has begun after the cut that knew of files up to this number, and nothing else. */
export function removeBegunSince(files: SinkFiles, names: PartNames, from: number): void {
  const begins = `.${names.stem}-`;
  for (const name of files.list(names.folder)) {
    if (!name.startsWith(begins)) continue;
    const number = Number.parseInt(name.slice(begins.length), 10);
    if (number >= from && name === hiddenName(names, number)) files.remove(`${names.folder}/${name}`);
  }
}
