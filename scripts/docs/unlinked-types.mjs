/** Types that the reference may name without telling about them: bases of what it tells about, and the engine's own. */
const OWN = new Set([
  'ContinuousTrigger',
  'MeetingWindows',
  'SessionWindows',
  'SimpleEvictor',
  'SlidingWindows',
  'TumblingWindows',
  'ValueStateDescriptorConstructor',
  'Operator',
  'RetryPredicates',
  'StreamNode',
  // How the compiler reads a text of SQL.
  'InBoth',
  'IsCondition',
  'MissingColumn',
  'NextToken',
  'OriginalKey',
  'ReadExpression',
  'Reading',
  'RenamedKey',
  'RowOfText',
  'WindowPart',
]);

/** Our types that are named in a project made by TypeDoc and are not in it, each with where it is first named. */
export function unlinkedTypes(project) {
  const found = new Map();
  const visit = (part, path) => {
    if (typeof part !== 'object' || part === null) return;
    if (part.type === 'reference' && typeof part.target === 'object' && !part.refersToTypeParameter) {
      const { packageName, qualifiedName } = part.target;
      const ours = packageName === 'tidemark' || packageName === 'tidemark-workspace';
      if (ours && !OWN.has(qualifiedName) && !found.has(qualifiedName)) found.set(qualifiedName, path);
    }
    const named = typeof part.name === 'string' && typeof part.kind === 'number';
    for (const inner of Object.values(part)) visit(inner, named ? `${path}.${part.name}` : path);
  };
  visit(project, '');
  return [...found].map(([name, path]) => `${name}, named by ${path.replace(/^\./, '')}`);
}
