import { existsSync } from 'node:fs';
import usualPaths from './chromium-paths.json' with { type: 'json' };

/** The browser the tests use: the variable CHROME_PATH, else the first that is found at a usual place. */
export function chromiumPath(): string {
  const named = process.env['CHROME_PATH'];
  const found = [...(named === undefined ? [] : [named]), ...usualPaths].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'No Chromium or Chrome was found. Next step: install one, or set CHROME_PATH to its program.',
  );
}
