import { defineConfig } from 'vitest/config';

// Tests import the workspaces' TypeScript sources; only the browser and wire tests run what `npm run build` made.
export default defineConfig({
  resolve: { conditions: ['tidemark-source'] },
  ssr: { resolve: { conditions: ['tidemark-source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['**/*.soak.test.ts', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
