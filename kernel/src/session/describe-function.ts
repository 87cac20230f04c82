import { Session } from 'node:inspector';
import { parse, type Node } from 'acorn';
import * as tidemark from 'tidemark';
import { canonical, type DescribeFunction, Param } from 'tidemark/session';

/** Deepest chain of functions that name functions. */
const DEPTH = 8;
/** Data captured by a function counts by value up to this many characters of its canonical text. */
const DATA_LENGTH = 10_000;

/** What cells import of `tidemark` counts by its name: no edit of a cell changes it, and all that hangs together with it is much. */
const PUBLIC = new Map<unknown, string>(
  Object.entries(tidemark).map(([name, value]) => [value, `tidemark.${name}`]),
);

interface RemoteProperty {
  readonly name: string;
  readonly value?: { readonly objectId?: string; readonly value?: unknown; readonly description?: string };
}

export interface FunctionDescriber {
  /** A text that is equal for functions that do the same. */
  readonly describe: DescribeFunction;
  /** Variables of the notebook that a function named, transitively, when it was described; with what they hold now. */
  readonly variablesOf: (fn: unknown) => ReadonlyMap<string, string> | undefined;
  /** What a variable of the notebook holds now, in the same words. */
  readonly variable: (name: string) => string | undefined;
  /** The value itself. */
  readonly valueOf: (name: string) => unknown;
}

/**
 * Describes functions for fingerprints (law 3): their source, the values they capture (closure scopes, fields of an
 * instance, private ones too) and what the notebook variables they name hold, transitively. It looks through the
 * inspector, about 0.2 ms a function.
 */
export function functionDescriber(): FunctionDescriber {
  const inspector = new Session();
  inspector.connect();

  // An in-process session answers within the call.
  const post = <R>(method: string, params: object): R | undefined => {
    let answer: R | undefined;
    inspector.post(method, params, (error, result) => {
      if (!error) answer = result as R;
    });
    return answer;
  };

  /** Hands real values over, which the protocol itself only describes. */
  const hand = Symbol('tidemark.hand');
  const shared = globalThis as { [hand]?: unknown };
  const key = 'tidemark.describe';
  (globalThis as Record<symbol, unknown>)[Symbol.for(key)] = (value: unknown) => (shared[hand] = value);

  const take = (objectId: string): unknown => {
    shared[hand] = undefined;
    post('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: `function () { globalThis[Symbol.for('${key}')](this); }`,
    });
    return shared[hand];
  };

  const properties = (
    value: unknown,
  ): {
    internalProperties?: RemoteProperty[];
    privateProperties?: RemoteProperty[];
    result: RemoteProperty[];
  } => {
    (globalThis as Record<symbol, unknown>)[Symbol.for(`${key}.of`)] = value;
    const evaluated = post<{ result: { objectId?: string } }>('Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${key}.of')]`,
      objectGroup: key,
    });
    const objectId = evaluated?.result.objectId;
    return (
      (objectId ? post('Runtime.getProperties', { objectId, ownProperties: true }) : undefined) ?? {
        result: [],
      }
    );
  };

  /** Of these names, the variables that `fn` closes over; not the notebook's, which are looked up by name. */
  const closureOf = (fn: object, names: readonly string[]): Map<string, unknown> => {
    const captured = new Map<string, unknown>();
    const scopes = properties(fn).internalProperties?.find(({ name }) => name === '[[Scopes]]')?.value
      ?.objectId;
    const list = scopes
      ? post<{ result: RemoteProperty[] }>('Runtime.getProperties', { objectId: scopes, ownProperties: true })
      : undefined;
    for (const { value } of list?.result ?? []) {
      if (!value?.objectId || /^(Script|Global)/.test(value.description ?? '')) continue;
      const scope = take(value.objectId) as { object?: Record<string, unknown> } | undefined;
      // The innermost scope first.
      for (const name of names) {
        if (!captured.has(name) && Object.hasOwn(scope?.object ?? {}, name))
          captured.set(name, initialized(scope?.object, name));
      }
    }
    return captured;
  };

  const notebookVariable = (name: string): { value: unknown } | undefined => {
    if (Object.hasOwn(globalThis, name)) return undefined;
    shared[hand] = shared;
    const expression = `globalThis[Symbol.for('${key}')](typeof ${name} === 'undefined' ? undefined : ${name})`;
    post('Runtime.evaluate', { expression, objectGroup: key, silent: true });
    return shared[hand] === undefined || shared[hand] === shared ? undefined : { value: shared[hand] };
  };

  /** Variables that the function which is being described names. */
  let named = new Set<string>();
  const namesOf = new WeakMap<object, ReadonlySet<string>>();

  const describeCaptured = (value: unknown, seen: Set<unknown>, depth: number): string => {
    if (typeof value === 'function') return describe(value, seen, depth + 1);
    if (typeof value !== 'object' || value === null) return canonical(value);
    // Moving a param is no edit (law 4); taking another is one.
    if (value instanceof Param) return `param ${value.name}`;
    const prototype: unknown = Object.getPrototypeOf(value);
    const data =
      prototype === Object.prototype ||
      prototype === null ||
      Array.isArray(value) ||
      value instanceof Map ||
      value instanceof Set ||
      value instanceof Date ||
      ArrayBuffer.isView(value);
    // What has behaviour of its own (a stream, a client) counts by its class: its inside changes as it works.
    return data ? canonical(value).slice(0, DATA_LENGTH) : (value.constructor?.name ?? 'object');
  };

  const describe = (fn: unknown, seen: Set<unknown>, depth: number): string => {
    if (seen.has(fn) || depth > DEPTH) return '^';
    seen.add(fn);
    if (typeof fn === 'function') {
      const known = PUBLIC.get(fn);
      if (known !== undefined) return known;
      const source = Function.prototype.toString.call(fn);
      const names = namesIn(source);
      const captured = closureOf(fn, names);
      const parts = [source];
      for (const name of names) {
        const held = captured.has(name) ? { value: captured.get(name) } : notebookVariable(name);
        if (held && !captured.has(name)) named.add(name);
        if (held) parts.push(`${name}=${describeCaptured(held.value, seen, depth)}`);
      }
      return parts.join('\n');
    }
    if (typeof fn !== 'object' || fn === null) return canonical(fn);
    const fields = [...Object.entries(fn), ...privateFields(fn)];
    const parts = fields.map(([name, value]) => `${name}=${describeCaptured(value, seen, depth)}`);
    const constructor = fn.constructor as unknown;
    return [constructor === Object ? '' : describe(constructor, seen, depth + 1), ...parts].join('\n');
  };

  const privateFields = (instance: object): [string, unknown][] =>
    (properties(instance).privateProperties ?? []).map(({ name, value }) => [
      name,
      value?.objectId ? take(value.objectId) : value?.value,
    ]);

  const asking = <R>(work: () => R): R => {
    try {
      return work();
    } finally {
      post('Runtime.releaseObjectGroup', { objectGroup: key });
      shared[hand] = undefined;
    }
  };

  const variable = (name: string): string | undefined =>
    asking(() => {
      const held = notebookVariable(name);
      return held && describeCaptured(held.value, new Set(), 0);
    });

  return {
    describe: (fn) =>
      asking(() => {
        named = new Set();
        const text = describe(fn, new Set(), 0);
        if ((typeof fn === 'object' && fn !== null) || typeof fn === 'function') namesOf.set(fn, named);
        return text;
      }),
    variablesOf: (fn) => {
      const names = namesOf.get(fn as object);
      return names && new Map([...names].map((name) => [name, variable(name) ?? '']));
    },
    variable,
    valueOf: (name) => asking(() => notebookVariable(name)?.value),
  };
}

/** A captured variable's value; `undefined` while it is not initialized yet. */
function initialized(scope: Record<string, unknown> | undefined, name: string): unknown {
  try {
    return scope?.[name];
  } catch {
    return undefined;
  }
}

/** Names that a function's source refers to, in order of appearance; locals are among them, and are not found outside. */
function namesIn(source: string): string[] {
  const tree = parseFunction(source);
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const { type } = node as Node;
    for (const [field, child] of Object.entries(node)) {
      const isKey =
        (field === 'property' && type === 'MemberExpression') ||
        (field === 'key' && type !== 'PropertyDefinition');
      if (isKey && !(node as { computed?: boolean }).computed) continue;
      visit(child);
    }
    if (type === 'Identifier') names.add((node as unknown as { name: string }).name);
  };
  visit(tree);
  return [...names];
}

/** The source of a function can be an expression, a method or a class. `undefined` for native code. */
function parseFunction(source: string): Node | undefined {
  for (const text of [`(${source})`, `({${source}})`, `(class {${source}})`]) {
    try {
      return parse(text, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
    } catch {
      // Another form, then.
    }
  }
  return undefined;
}
