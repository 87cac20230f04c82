import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A library that few sessions use, loaded when it is first asked for something: what every session loads, every first cell waits for. */
export function onDemand<Library>(name: string): () => Library {
  let library: Library | undefined;
  return () => (library ??= require(name) as Library);
}
