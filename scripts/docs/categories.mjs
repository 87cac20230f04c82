import { Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';

/** What the reference calls the sub-rooms of the runtime, in its order. */
const CATEGORIES = {
  api: 'Streams and jobs',
  time: 'Time and watermarks',
  windows: 'Windows',
  operators: 'Functions',
  state: 'State',
  connectors: 'Sources',
  formats: 'Formats',
  engine: 'Views and metrics',
  graph: 'Views and metrics',
};

export const CATEGORY_ORDER = [...new Set(Object.values(CATEGORIES)), '*'];

/** Files everything that an entry of the runtime exports under its sub-room. */
export function categorize(app) {
  const byName = new Map();
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (!reflection.parent?.kindOf(ReflectionKind.Module)) return;
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
    const category = CATEGORIES[/\/runtime\/src\/(\w+)\//.exec(file ?? '')?.[1] ?? ''];
    if (category !== undefined) byName.set(reflection, category);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, () => {
    for (const [reflection, category] of byName) {
      for (const part of reflection.signatures ?? [reflection]) {
        part.comment ??= new Comment();
        part.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]));
      }
    }
  });
}
