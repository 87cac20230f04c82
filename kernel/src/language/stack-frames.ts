import { placeInText } from './place-in-text.ts';
import { placeBy, type PositionMap } from './position-map.ts';

interface Script {
  readonly label: string;
  readonly toCell: PositionMap;
  /** The cell's own text. */
  readonly code: string;
}

/** How many executions keep their maps; a stack trace of an older one shows its script's name. */
const KEPT = 1000;

/** Knows the scripts that cells were evaluated as, and makes V8's stack traces speak of cells. */
export class StackFrames {
  readonly #scripts = new Map<string, Script>();

  /** Registers a script under a name of its own, made from `name`. */
  register(name: string, executionCount: number, toCell: PositionMap, code: string): string {
    const base = name.replace(/[^\w.-]+/g, '-') || `cell-${executionCount}.ts`;
    let unique = base;
    for (let n = 2; this.#scripts.has(unique); n += 1) unique = base.replace(/(\.\w+)?$/, `-${n}$1`);
    this.add(unique, executionCount, toCell, code);
    return unique;
  }

  /** Notes a script under a name that is its own already. */
  add(scriptName: string, executionCount: number, toCell: PositionMap, code: string): void {
    this.#scripts.set(scriptName, { label: `Cell [${executionCount}]`, toCell, code });
    const oldest = this.#scripts.keys().next();
    if (this.#scripts.size > KEPT && !oldest.done) this.#scripts.delete(oldest.value);
  }

  /**
   * Rewrites a stack trace: cells' frames by cell and line; what called the cells is left out. An error in a text of SQL is placed
   * there, and not where the method is called that took the text.
   */
  map(stack: string): string {
    const lines = stack.split('\n');
    const mapped = lines.map((line) => this.#mapLine(line, stack));
    const last = mapped.findLastIndex((line, index) => line !== lines[index]);
    return mapped
      .filter((line, index) => last < 0 || index <= last || !IS_FRAME.test(line))
      .filter(
        (line, index) =>
          index === 0 || !/__tidemark|\/kernel\/(?:src|lib)\/session\//.test(line) || !IS_FRAME.test(line),
      )
      .join('\n');
  }

  #mapLine(line: string, message: string): string {
    const frame = FRAME.exec(line);
    const script = frame?.[3] === undefined ? undefined : this.#scripts.get(frame[3]);
    if (frame === null || script === undefined) return line;
    const [, indent = '', called] = frame;
    const call = placeBy(script.toCell, { line: Number(frame[4]), column: Number(frame[5]) });
    const place = placeInText(message, script.code, call) ?? call;
    const where = `${script.label} line ${place.line}:${place.column}`;
    return called === undefined || called === ''
      ? `${indent}at ${where}`
      : `${indent}at ${called} (${where})`;
  }
}

const IS_FRAME = /^\s+at /;
/** `    at f (name:2:5)` and `    at name:2:5`. */
const FRAME = /^(\s+)at (?:(.*?) \()?([^()\s]+?):(\d+):(\d+)\)?$/;
