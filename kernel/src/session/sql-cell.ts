/** Names that a statement may mean a variable of the notebook by: those that stand where a table does. */
const TABLE_NAME = /\b(?:FROM|JOIN|TABLE|INTO)\s+`?([A-Za-z_$][\w$]*)`?|,\s*`?([A-Za-z_$][\w$]*)`?/gi;

/** The script that runs a cell of SQL: `env` takes the text, and the variables that it may name. */
export function sqlScript({
  text,
  firstLine,
}: {
  readonly text: string;
  readonly firstLine: number;
}): string {
  const names = new Set([...text.matchAll(TABLE_NAME)].map(([, named, listed]) => named ?? listed!));
  // A name that no variable has is a ReferenceError; one that is no name of JavaScript is no variable either.
  const variables = [...names]
    .filter(isVariableName)
    .map(
      (name) => `${JSON.stringify(name)}: (() => { try { return ${name}; } catch { return undefined; } })()`,
    );
  return `env.runSql(${JSON.stringify(text)}, { ${variables.join(', ')} }, ${firstLine});`;
}

function isVariableName(name: string): boolean {
  try {
    new Function(`return typeof ${name};`);
    return !/^(?:this|super|arguments|eval|await|yield)$/.test(name);
  } catch {
    return false;
  }
}
