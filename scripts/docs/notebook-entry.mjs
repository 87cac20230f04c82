import { predeclaredTypes } from '../../kernel/src/language/predeclared.ts';

/** The names that a notebook's cells find declared, as a module: what is global there is exported here. */
export function notebookEntry() {
  const module = predeclaredTypes
    .replace(/^declare global \{\n([^]*?)^\}$/m, '$1')
    .replace(/^ {2}(?=const |function )/gm, 'export declare ')
    .trim();
  return `/**\n * What every cell of a notebook finds declared.\n * @module notebook\n */\n${module}\n`;
}
