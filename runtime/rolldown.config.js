import { defineConfig } from 'rolldown';

// What runs is a few files: to find, read and link 700 modules takes three times as long as to evaluate them, in front of the first cell
// of every notebook. Outside stay libraries that few sessions ask for something (`connectors/on-demand.ts`).
export default defineConfig({
  input: {
    index: 'src/index.ts',
    session: 'src/session.ts',
    sql: 'src/sql.ts',
    testing: 'src/testing/index.ts',
    'store-worker': 'src/checkpoint/store-worker.ts',
    'parquet-worker': 'src/connectors/parquet-worker.ts',
  },
  platform: 'node',
  external: ['@platformatic/kafka', 'avsc', 'pg', 'ws'],
  output: { dir: 'dist', format: 'esm', chunkFileNames: '[name].js', cleanDir: true },
});
