/** An operator of a plan, as EXPLAIN says it in a line. */
export interface PlanNode {
  /** `GroupAggregate`. */
  readonly name: string;
  /** `groupBy=[k]`, `select=[SUM(n)]`. */
  readonly details: readonly string[];
  /** Kinds of rows that it lets out, by their short names: `I`, `UB`, `UA`, `D`. */
  readonly modes: readonly string[];
  readonly state: string | undefined;
  readonly inputs: PlanNode[];
}

export interface ShownPlan {
  readonly root: PlanNode;
  readonly warnings: readonly string[];
}

const MODES: Readonly<Record<string, readonly [sign: string, meaning: string]>> = {
  I: ['+I', 'inserts rows'],
  UB: ['−U', 'takes the old version of a row back'],
  UA: ['+U', 'gives the new version of a row'],
  D: ['−D', 'deletes rows'],
};
/** Characters that the line of a plan is set in by for each step down. */
const STEP = 3;

/** Reads the tree that EXPLAIN prints; `undefined` of a text that is none. */
export function readPlan(text: string): ShownPlan | undefined {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.startsWith('Warning: '));
  const tree = first < 0 ? lines : lines.slice(0, first);
  const path: PlanNode[] = [];
  for (const line of tree) {
    const [, set = '', said = ''] = /^([ :+-]*)(.*)$/s.exec(line) ?? [];
    const depth = set.length / STEP;
    const node = readNode(said);
    if (
      node === undefined ||
      !Number.isInteger(depth) ||
      depth > path.length ||
      (depth === 0 && path.length > 0)
    )
      return undefined;
    path[depth - 1]?.inputs.push(node);
    path.splice(depth, Infinity, node);
  }
  const [root] = path;
  if (root === undefined) return undefined;
  return { root, warnings: first < 0 ? [] : lines.slice(first) };
}

function readNode(text: string): PlanNode | undefined {
  const parts = /^(\w+)(?:\((.*)\))?(?: \w+=\[.*?\])*? changelogMode=\[([\w,]*)\](?: state=\[(.*)\])?$/s.exec(
    text,
  );
  if (parts === null) return undefined;
  const [, name = '', details = '', modes = '', state] = parts;
  return {
    name,
    details: splitDetails(details),
    modes: modes.split(',').filter((mode) => mode !== ''),
    state,
    inputs: [],
  };
}

/** At the commas that stand in no brackets. */
function splitDetails(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '(') depth++;
    else if (character === ']' || character === ')') depth--;
    else if (character === undefined || (character === ',' && depth === 0)) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return found.filter((part) => part !== '');
}

/**
 * A plan as a tree of boxes: what comes out on top, each operator with the kinds of rows that it lets out and the state that it keeps.
 * Lists within lists, so that pages without our style sheet show a tree as well.
 */
export function planPicture({ root, warnings }: ShownPlan): string {
  const said = warnings.map((text) => `<div class="tm-warning">${escaped(text)}</div>`).join('');
  return `<div class="tm-view tm-plan"><ul>${box(root)}</ul>${said}</div>`;
}

function box({ name, details, modes, state, inputs }: PlanNode): string {
  const chips = modes.map((mode) => {
    const [sign, meaning] = MODES[mode] ?? [mode, ''];
    return `<span class="tm-mode tm-mode-${escaped(mode)}" title="${meaning}">${escaped(sign)}</span>`;
  });
  const kept = state === undefined ? '' : `<div class="tm-state">keeps ${escaped(state)}</div>`;
  const lines = details.map((detail) => `<div class="tm-detail">${detailText(detail)}</div>`).join('');
  const below = inputs.length === 0 ? '' : `<ul>${inputs.map(box).join('')}</ul>`;
  return `<li><div class="tm-node${state === undefined ? '' : ' tm-stateful'}"><strong>${escaped(name)}</strong> ${chips.join(' ')}${lines}${kept}</div>${below}</li>`;
}

/** `groupBy=[k]` as `groupBy k`. */
function detailText(detail: string): string {
  const [, what, said] = /^(\w+)=\[(.*)\]$/s.exec(detail) ?? [];
  return what === undefined
    ? escaped(detail)
    : `<em>${escaped(what)}</em> <code>${escaped(said ?? '')}</code>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
