/**
 * What a relation has come to: its changes in any order leave the same sum, as what is taken back is subtracted.
 */
export class RelationSum {
  /** Changes that came. */
  changes = 0;
  rows = 0;
  sum = 0;

  /** A row that is added, or with `sign` −1 taken back, as three numbers. */
  add(sign: number, x: number, y: number, z: number): void {
    let bits = Math.imul(x | 0, 0x9e3779b1) ^ Math.imul(Math.floor(x / 4294967296), 0x7feb352d);
    bits = Math.imul(bits ^ (y | 0) ^ Math.imul(Math.floor(y / 4294967296), 0x27d4eb2f), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 15) ^ (z | 0), 0xc2b2ae35);
    this.sum = (this.sum + sign * (bits ^ (bits >>> 16))) | 0;
    this.rows += sign;
    this.changes++;
  }
}

/** A number for a text. */
export function textSum(text: string): number {
  const { length } = text;
  return (
    Math.imul(text.charCodeAt(0), 31) +
    Math.imul(text.charCodeAt(length >> 1), 17) +
    text.charCodeAt(length - 1) +
    length * 65_536
  );
}
