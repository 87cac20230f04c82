/** Texts of the numbers below a thousand, and the same with all three digits, for those that stand behind others. */
const LEADING = Array.from({ length: 1_000 }, (_, number) => String(number));
const THREE_DIGITS = LEADING.map((text) => text.padStart(3, '0'));

/**
 * The digits of a whole number that is not negative. Numbers below a thousand million are put together of three digits at a time, which
 * are looked up: V8 keeps the texts of few numbers, and makes each of the others by a call out of compiled code.
 */
export function wholeNumberText(whole: number): string {
  if (whole < 1_000) return LEADING[whole]!;
  if (whole >= 1_000_000_000) return String(whole);
  const thousands = (whole / 1_000) | 0;
  const ones = THREE_DIGITS[whole - thousands * 1_000]!;
  if (thousands < 1_000) return LEADING[thousands]! + ones;
  const millions = (thousands / 1_000) | 0;
  return LEADING[millions]! + THREE_DIGITS[thousands - millions * 1_000]! + ones;
}
