// TypeScript 7 is loaded on first use: it takes 70 ms, and `kernel_info` must be answered before that.
import { createRequire } from 'node:module';
import type * as Sync from 'typescript7/unstable/sync';
import type * as Ast from 'typescript7/unstable/ast';

const require = createRequire(import.meta.url);
let loaded: { readonly api: typeof Sync; readonly ast: typeof Ast } | undefined;

/** TypeScript 7's API and syntax tree, loaded once. */
export function typescript7(): { readonly api: typeof Sync; readonly ast: typeof Ast } {
  loaded ??= {
    api: require('typescript7/unstable/sync') as typeof Sync,
    ast: require('typescript7/unstable/ast') as typeof Ast,
  };
  return loaded;
}
