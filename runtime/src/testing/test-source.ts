import type { Source } from '../connectors/source.ts';

/** A source that is fed by the steps of a test and has nothing of its own to say. */
export function testSource<T>(input: string): Source<T> {
  return {
    kind: 'test-input',
    parameters: { input },
    boundedness: 'unbounded',
    rereadable: false,
    createReader: () => ({ poll: () => 'wait', close: () => undefined }),
  };
}
