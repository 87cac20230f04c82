import { parentPort } from 'node:worker_threads';
import type { TopLevelSpec } from 'vega-lite';
import { drawSvg } from './draw-svg.ts';

// A thread of its own: compiling and drawing a chart takes longer than the kernel process may be silent.

parentPort?.on('message', ({ id, spec }: { id: number; spec: TopLevelSpec }) => {
  drawSvg(spec).then(
    (svg) => parentPort?.postMessage({ id, svg }),
    (error: unknown) => parentPort?.postMessage({ id, error: String(error) }),
  );
});
