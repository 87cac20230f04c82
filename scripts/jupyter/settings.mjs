// JupyterLab's configuration lives in .tidemark/jupyter, so that the user's own Jupyter is neither read nor changed.
import { mkdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { delimiter } from 'node:path';
import { own, root, venv } from '../setup/paths.mjs';
import { writeStamp } from '../setup/stamp.mjs';

const home = join(own, 'jupyter');
export const logFile = join(home, 'jupyterlab.log');
export const runtimeFolder = join(home, 'runtime');

const folders = {
  JUPYTER_CONFIG_DIR: join(home, 'config'),
  JUPYTER_DATA_DIR: join(home, 'data'),
  JUPYTER_RUNTIME_DIR: runtimeFolder,
  JUPYTERLAB_SETTINGS_DIR: join(home, 'settings'),
  JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
};

/** Makes the folders and answers with the environment variables that make JupyterLab use them. */
export function prepareSettings() {
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const notifications = join(
    folders.JUPYTERLAB_SETTINGS_DIR,
    '@jupyterlab',
    'apputils-extension',
    'notification.jupyterlab-settings',
  );
  // Its pop-ups would ask about news and updates of a JupyterLab that is pinned. Once there, the file is the user's.
  if (!existsSync(notifications)) {
    writeStamp(
      notifications,
      `${JSON.stringify({ fetchNews: 'false', checkForUpdates: false, doNotDisturbMode: false }, null, 2)}\n`,
    );
  }
  // JupyterLab and what is started in its terminals find this checkout's Node 24 and Python first.
  const path = [join(root, 'node_modules', '.bin'), join(venv, 'bin'), process.env.PATH].join(delimiter);
  return { ...folders, PATH: path };
}
