import { open, rename } from 'node:fs/promises';

/** Resolves with the path when the file, which has these parts, would outlive a power cut; it is there whole or not at all. */
export async function writeParts(path: string, parts: readonly Uint8Array[]): Promise<string> {
  const written = `${path}.writing`;
  const file = await open(written, 'w');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(written, path);
  return path;
}
