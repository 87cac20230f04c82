/** What a path such as `lax $.a.b[0]` finds in a JSON text; `undefined` if nothing, or if the text is no JSON. */
export function jsonQuery(json: string, path: string): unknown {
  const steps = parsePath(path);
  if (steps === undefined) return undefined;
  let at: unknown;
  try {
    at = JSON.parse(json);
  } catch {
    return undefined;
  }
  for (const step of steps) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** A value as JSON; a BIGINT beyond what a number holds keeps its digits. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return Number(part);
    return part instanceof Map ? Object.fromEntries(part as Map<string, unknown>) : part;
  });
}

function parsePath(path: string): (string | number)[] | undefined {
  const match = /^\s*(?:lax\s+|strict\s+)?\$(.*)$/s.exec(path);
  if (match === null) return undefined;
  const steps: (string | number)[] = [];
  let rest = match[1]!.trim();
  while (rest !== '') {
    const step = /^(?:\.([\w$]+)|\.?\[\s*(\d+)\s*\]|\.?\[?['"]([^'"]*)['"]\]?)/.exec(rest);
    if (step === null) return undefined;
    steps.push(step[2] === undefined ? (step[1] ?? step[3]!) : Number(step[2]));
    rest = rest.slice(step[0].length);
  }
  return steps;
}
