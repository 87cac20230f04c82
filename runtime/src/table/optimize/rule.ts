import type { Relation } from '../plan/relation.ts';

/** Rewrites one node, whose inputs are rewritten already; `undefined` if it has nothing to say. */
export type Rule = (relation: Relation) => Relation | undefined;
