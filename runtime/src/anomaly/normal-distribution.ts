/**
 * −log10 of the probability that a normally distributed value is at least `deviations` (in either direction) from its
 * mean. Near the mean by the rational approximation 7.1.26 of Abramowitz and Stegun, "Handbook of mathematical functions",
 * far from it by the first terms of the asymptotic series 7.1.23.
 */
export function normalSurprise(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2;
  if (x > 3) {
    const inverse = 1 / (2 * x * x);
    const series = 1 - inverse + 3 * inverse * inverse;
    return x * x * Math.LOG10E - Math.log10(series / (x * Math.sqrt(Math.PI)));
  }
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.max(0, x * x * Math.LOG10E - Math.log10(polynomial));
}

/**
 * How many deviations a value is from where it was expected. Where there was no deviation at all, a value that is off
 * by a millionth of its size counts as one deviation off.
 */
export function deviationsFrom(expected: number, deviation: number, value: number): number {
  const least = 1e-6 * Math.max(Math.abs(expected), Math.abs(value));
  if (value === expected) return 0;
  return (value - expected) / Math.max(deviation, least, Number.MIN_VALUE);
}
