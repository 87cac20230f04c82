/** `(a: A) => R` or `{ (a: A): R; (b: B): S; }` as signatures of function declarations. */
export function signaturesIn(type: string): string[] | undefined {
  if (type.startsWith('{')) {
    const members = splitMembers(type.slice(1, -1));
    return members.length > 0 && members.every((member) => /^[(<]/.test(member)) ? members : undefined;
  }
  if (!/^[(<]/.test(type)) return undefined;
  let at = 0;
  if (type[0] === '<') at = closing(type, 0) + 1;
  if (type[at] !== '(') return undefined;
  const end = closing(type, at) + 1;
  return type.startsWith(' => ', end) ? [`${type.slice(0, end)}: ${type.slice(end + 4)}`] : undefined;
}

function splitMembers(body: string): string[] {
  const members: string[] = [];
  let start = 0;
  for (let at = 0; at < body.length; at += 1) {
    const char = body[at] ?? '';
    if ('({[<'.includes(char)) at = closing(body, at);
    else if (char === '"') at = closingQuote(body, at);
    else if (char === ';') {
      members.push(body.slice(start, at).trim());
      start = at + 1;
    }
  }
  return members.filter((member) => member !== '');
}

/** The offset of the bracket that closes the one at `open`; arrows are not brackets. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '"') at = closingQuote(text, at);
    else if ('({[<'.includes(char)) depth += 1;
    else if (')}]'.includes(char) || (char === '>' && text[at - 1] !== '=')) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
