import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { installKernelSpec } from './kernel-spec.ts';

// node install/main.js --prefix <environment> | --user

const prefix = prefixOf(process.argv.slice(2));
if (prefix === undefined) {
  process.stderr.write(
    'Usage: node kernel/lib/install/main.js --prefix <environment, e.g. .venv> | --user\n',
  );
  process.exit(2);
}
process.stdout.write(`Kernel "Tidemark (TypeScript)" is installed in ${installKernelSpec(prefix)}\n`);

function prefixOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => argument === '--prefix' || argument.startsWith('--prefix='));
  const given = argv[at]?.startsWith('--prefix=') ? argv[at]?.slice('--prefix='.length) : argv[at + 1];
  if (at >= 0 && given) return join(resolve(given), 'share', 'jupyter');
  if (!argv.includes('--user')) return undefined;
  if (process.env['JUPYTER_DATA_DIR']) return process.env['JUPYTER_DATA_DIR'];
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'jupyter');
}
