/** Names that are all different: a second `a` is `a0`. */
export function renameDuplicates(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let at = 0; used.has(unique); at++) unique = `${name}${at}`;
    used.add(unique);
    return unique;
  });
}
