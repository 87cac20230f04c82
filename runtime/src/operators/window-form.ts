import { checkStorable } from '../state/storable.ts';
import { typeOf } from '../state/type-registry.ts';
import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import type { WindowAssigner, WindowSerializer } from '../windows/window-assigner.ts';
import { windowNotRead, windowNotStorable } from '../windows/window-errors.ts';
import { GlobalWindow, TimeWindow, type Window } from '../windows/window.ts';

/** A window as it is written; of a class of the user's own, with what it is made of again, or the instance of a registered class. */
export type WrittenBounds = readonly [start: number, end: number, own?: unknown];

/**
 * How windows of an assigner are told apart and written. Those of the built-in classes are their bounds; those of a class of the
 * user's own are what its serializer, or the codec that its class is registered with, makes of them.
 */
export class WindowForm {
  readonly #assigner: WindowAssigner;
  readonly #serializer: WindowSerializer<Window> | undefined;
  /** Prototypes of windows that were found to be storable. */
  readonly #known = new Set<unknown>();

  constructor(assigner: WindowAssigner) {
    this.#assigner = assigner;
    this.#serializer = assigner.getWindowSerializer();
  }

  /**
   * Equal for windows that are the same.
   * @throws {TidemarkError} `not-storable` for a window of a class that nobody says how to write.
   */
  readonly idOf = (window: Window): string => {
    const bounds = `${window.start},${window.end}`;
    return isBuiltIn(window) ? bounds : `${bounds} ${JSON.stringify(this.#fieldsOf(window), plain)}`;
  };

  write(window: Window): WrittenBounds {
    const { start, end } = window;
    if (isBuiltIn(window)) return [start, end];
    return [start, end, this.#serializer === undefined ? window : this.#serializer.encode(window)];
  }

  /** @throws {TidemarkError} `window-not-read` for one that was written by a serializer that is there no more. */
  read(written: WrittenBounds): Window {
    const [start, end, own] = written;
    if (written.length === 2) {
      const { instance } = GlobalWindow;
      return start === instance.start && end === MAX_TIMESTAMP ? instance : new TimeWindow(start, end);
    }
    const window = isWindow(own) ? own : this.#serializer?.decode(own);
    if (!isWindow(window)) throw windowNotRead(this.#assigner.constructor.name, start, end);
    return window;
  }

  #fieldsOf(window: Window): unknown {
    const prototype: unknown = Object.getPrototypeOf(window);
    const fields = this.#serializer?.encode(window) ?? typeOf(prototype)?.encode(window);
    if (this.#known.has(prototype)) return fields;
    if (fields === undefined) throw windowNotStorable(this.#assigner.constructor.name, classOf(prototype));
    checkStorable(fields, `The window ${classOf(prototype)}`);
    this.#known.add(prototype);
    return fields;
  }
}

function isBuiltIn(window: Window): boolean {
  return Object.getPrototypeOf(window) === TimeWindow.prototype || window === GlobalWindow.instance;
}

function isWindow(value: unknown): value is Window {
  return (
    typeof value === 'object' &&
    value !== null &&
    'maxTimestamp' in value &&
    typeof value.maxTimestamp === 'function'
  );
}

function classOf(prototype: unknown): string {
  const { constructor } = (prototype ?? {}) as { readonly constructor?: { readonly name?: string } };
  return constructor?.name ?? '';
}

/** For `JSON.stringify`: what it would leave out. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
  return typeOf(Object.getPrototypeOf(value))?.encode(value) ?? value;
}
