import { Console } from 'node:console';
import { CellStream } from './output.ts';

/**
 * Puts streams and a console of ours in the place of Node's, for cells and for every module they import.
 * A console of our own also keeps logged objects out of the inspector, which would hold on to them.
 */
export function installConsole(): void {
  const stdout = new CellStream('stdout');
  const stderr = new CellStream('stderr');
  Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, get: () => stdout });
  Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, get: () => stderr });
  const own = new Console({ stdout, stderr, colorMode: false });
  // In place, so that `import console from 'node:console'` is the same object.
  for (const name of Object.keys(own) as (keyof Console)[]) {
    const method = own[name];
    if (typeof method === 'function')
      Object.defineProperty(console, name, {
        value: method,
        writable: true,
        configurable: true,
        enumerable: true,
      });
  }
}
