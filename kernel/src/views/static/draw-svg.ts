import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/**
 * Draws a Vega-Lite 5 spec, with its data in it, as SVG text.
 * @throws what Vega throws for a spec that cannot be drawn.
 */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const silent: vega.LoggerInterface = vega.logger(vega.Error);
  const { spec: compiled } = compile(spec, { logger: silent });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: silent });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
