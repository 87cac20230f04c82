/** A place in a text: lines and columns from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Leads from a place in what is evaluated for a cell to the place in the cell's own text. It is data, so that it can be
 * handed from one thread to another: the decoded mappings of a source map, one array a line, for each step of the way.
 */
export type PositionMap = readonly Mappings[];

/** Segments of each line: column, source, source line, source column, all from 0. */
export type Mappings = readonly (readonly (readonly number[])[])[];

export function placeBy(map: PositionMap, place: Place): Place {
  return map.reduce(oneStep, place);
}

function oneStep(place: Place, mappings: Mappings): Place {
  let found: readonly number[] | undefined;
  for (const segment of mappings[place.line - 1] ?? []) {
    if ((segment[0] ?? 0) > place.column - 1) break;
    if (segment.length >= 4) found = segment;
  }
  if (found === undefined) return { line: place.line, column: 1 };
  const [column = 0, , line = 0, sourceColumn = 0] = found;
  return { line: line + 1, column: sourceColumn + (place.column - 1 - column) + 1 };
}

/** Offsets of the starts of a text's lines. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

export function placeAt(starts: readonly number[], offset: number): Place {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
