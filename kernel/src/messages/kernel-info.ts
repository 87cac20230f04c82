import { createRequire } from 'node:module';
import type { Content } from '../wire/message.ts';

const require = createRequire(import.meta.url);

/** Content of `kernel_info_reply`: what the kernel is and speaks. */
export function kernelInfo(): Content {
  const version = versionOf('../../package.json');
  const typescript = versionOf('typescript7/package.json');
  return {
    status: 'ok',
    protocol_version: '5.4',
    implementation: 'tidemark',
    implementation_version: version,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: { name: 'javascript', typescript: true },
      nbconvert_exporter: 'script',
    },
    banner: `Tidemark ${version}: streams in TypeScript ${typescript}, on Node ${process.versions.node}`,
    help_links: [
      { text: 'TypeScript Handbook', url: 'https://www.typescriptlang.org/docs/handbook/intro.html' },
      {
        text: 'Apache Flink DataStream API',
        url: 'https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/overview/',
      },
      { text: 'Vega-Lite', url: 'https://vega.github.io/vega-lite/docs/' },
    ],
    debugger: false,
    supported_features: [],
  };
}

function versionOf(path: string): string {
  const file = require(path) as { version?: unknown };
  return typeof file.version === 'string' ? file.version : 'unknown';
}
