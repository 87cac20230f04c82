import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { StreamNode } from './stream-node.ts';

/** Describes a user's function: its source, and as much of what it captures as the host can see (law 3). */
export type DescribeFunction = (fn: unknown) => string;

/** Source text, or for an instance its class's source and its own fields. What closures capture needs a host that can look into them. */
export const describeBySource: DescribeFunction = (fn) => {
  if (typeof fn === 'function') return Function.prototype.toString.call(fn);
  if (typeof fn !== 'object' || fn === null) return canonical(fn);
  const constructor = (fn as { constructor?: unknown }).constructor;
  const source =
    typeof constructor === 'function' && constructor !== Object
      ? Function.prototype.toString.call(constructor)
      : '';
  return `${source}${canonical(fn)}`;
};

/**
 * Fingerprints of nodes (law 3): equal for two nodes that compute the same from the same inputs. One instance per
 * evaluation of a cell: a node's fingerprint is worked out once, when it is first asked for.
 */
export class Fingerprints {
  readonly #describe: DescribeFunction;
  readonly #known = new WeakMap<StreamNode, string>();
  readonly #own = new WeakMap<StreamNode, string>();

  constructor(describe: DescribeFunction = describeBySource) {
    this.#describe = describe;
  }

  /** 64 hex digits. */
  of(node: StreamNode): string {
    let known = this.#known.get(node);
    if (known === undefined) {
      const inputs = node.inputs.map((edge) => `${this.of(edge.from)}/${edge.sideOutput ?? ''}`);
      known = digest([this.own(node), ...inputs]);
      this.#known.set(node, known);
    }
    return known;
  }

  /** Of a node alone, whatever it reads. */
  own(node: StreamNode): string {
    let known = this.#own.get(node);
    if (known === undefined) {
      const source = node.source ? this.ofSource(node) : '';
      const { kind, parameters, functions, parallelism } = node;
      known = digest([
        kind,
        canonical(parameters),
        ...functions.map(this.#describe),
        source,
        String(parallelism),
      ]);
      this.#own.set(node, known);
    }
    return known;
  }

  /** What is known of these nodes no longer holds: variables that their functions name have changed. */
  forget(nodes: Iterable<StreamNode>): void {
    for (const node of nodes) {
      this.#known.delete(node);
      this.#own.delete(node);
    }
  }

  /** Of what a source node reads, whatever its watermark strategy: equal sources are one source (law 1). */
  ofSource(node: StreamNode): string {
    const source = node.source;
    if (!source) throw new TypeError(`node ${node.name} is not a source`);
    return digest([
      'source',
      source.kind,
      canonical(source.parameters),
      ...(source.functions ?? []).map(this.#describe),
    ]);
  }
}

/** Distinct keys for the nodes of one lane that stay the same when the same graph is built again. */
export function laneKeys(fingerprints: Fingerprints): (node: StreamNode) => string {
  const keys = new Map<StreamNode, string>();
  const seen = new Map<string, number>();
  return (node) => {
    let key = keys.get(node);
    if (key === undefined) {
      const base = node.uid ?? fingerprints.of(node);
      const count = seen.get(base) ?? 0;
      seen.set(base, count + 1);
      key = count === 0 ? base : `${base}#${count}`;
      keys.set(node, key);
    }
    return key;
  };
}

function digest(parts: readonly string[]): string {
  // Lengths keep ['ab', 'c'] and ['a', 'bc'] apart.
  return bytesToHex(sha256(utf8ToBytes(parts.map((part) => `${part.length}:${part}`).join(''))));
}

/** A text that is equal for equal plain values, whatever the order of their fields. */
export function canonical(value: unknown, seen: readonly object[] = []): string {
  if (typeof value === 'function') return describeBySource(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.includes(value)) return `^${seen.indexOf(value)}`;
  const inside = [...seen, value];
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, inside)).join(',')}]`;
  if (ArrayBuffer.isView(value))
    return `bytes(${Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)).join(',')})`;
  if (value instanceof Map || value instanceof Set)
    return `${value.constructor.name}${canonical([...value], inside)}`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field, inside)}`).join(',')}}`;
}
