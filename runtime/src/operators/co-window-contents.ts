import type { EvictorContext } from '../windows/evictor.ts';
import type { Window } from '../windows/window.ts';
import type { TaggedUnion } from './tagged-union.ts';
import type { WindowContents } from './window-contents.ts';

/** The records of two streams, apart. */
export type BothSides = readonly [first: readonly unknown[], second: readonly unknown[]];

/** Keeps the records of two streams apart from the start; the window function is given both lists. */
export class CoWindowContents implements WindowContents {
  create(): unknown {
    return [[], []];
  }

  add(contents: unknown, tagged: unknown): unknown {
    const { isOne, value } = tagged as TaggedUnion<unknown, unknown>;
    (contents as [unknown[], unknown[]])[isOne ? 0 : 1].push(value);
    return contents;
  }

  merge(a: unknown, b: unknown): unknown {
    const [[first, second], [moreFirst, moreSecond]] = [a as BothSides, b as BothSides];
    return [first.concat(moreFirst), second.concat(moreSecond)];
  }

  fire(
    contents: unknown,
    _window: Window,
    _context: EvictorContext,
    apply: (elements: readonly unknown[]) => void,
  ): void {
    const [first, second] = contents as BothSides;
    apply([first.slice(), second.slice()]);
  }
}

/** Takes tagged records apart, for windows whose evictor had to see them in one list. */
export function bothSides(tagged: readonly unknown[]): BothSides {
  const contents = new CoWindowContents();
  return tagged.reduce((sides, element) => contents.add(sides, element), contents.create()) as BothSides;
}
