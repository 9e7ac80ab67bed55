/**
 * Inverse propensities 1/p_l of Jain, Prabhu and Varma (KDD 2016): rare labels are missed more often by annotators,
 * so a hit on one counts more.   1/p_l = 1 + C (n_l + B)^-A,   C = (ln N - 1) (B + 1)^A
 * C is 0 for one or two documents, where ln N - 1 would be negative: a propensity above 1 is none.
 *
 * @param trainCounts training documents per label, n_l  [Y]
 * @param trainDocuments training documents, N
 * @param a A: 0.5 for Wikipedia-500K, 0.6 for Amazon-670K and Amazon-3M, 0.55 for others
 * @param b B: 0.4, 2.6, 1.5 likewise
 */
export function inversePropensity(
  trainCounts: ArrayLike<number>,
  trainDocuments: number,
  a = 0.55,
  b = 1.5,
): Float64Array {
  const c = Math.max(0, Math.log(trainDocuments) - 1) * Math.pow(b + 1, a);
  return Float64Array.from(trainCounts, (n) => 1 + c * Math.pow(n + b, -a));
}
