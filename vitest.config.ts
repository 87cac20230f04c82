import { defineConfig } from 'vitest/config';

const soak = process.env['TIDEMARK_SOAK'] === '1';
// A soak runs what is too long for every day, and properties on many more inputs (tests/runtime/property.ts).
const endings = soak ? ['soak.test.ts', '-properties.test.ts'] : ['test.ts'];
const never = ['**/node_modules/**', ...(soak ? [] : ['**/*.soak.test.ts'])];

// Tests import the workspaces' TypeScript sources; only those below the system folders run what
// `npm run build` made. These also start servers and measure times: one file after the other, when the rest is done.
const system = ['wire', 'browser', 'setup', 'notebooks', 'chaos', 'kafka'].map((room) => `tests/${room}/**`);

export default defineConfig({
  resolve: { conditions: ['tidemark-source'] },
  ssr: { resolve: { conditions: ['tidemark-source', 'node', 'module', 'default'] } },
  test: {
    pool: 'forks',
    // JupyterLab's client library announces each connection.
    onConsoleLog: (log) => !log.startsWith('Starting WebSocket:'),
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: endings.map((ending) => `tests/**/*${ending}`),
          exclude: [...never, ...system],
          maxWorkers: 2,
          testTimeout: soak ? 1_800_000 : 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: system.flatMap((room) => endings.map((ending) => `${room}/*${ending}`)),
          exclude: never,
          maxWorkers: 1,
          testTimeout: soak ? 1_800_000 : 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
