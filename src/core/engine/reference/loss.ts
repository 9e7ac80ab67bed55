/** Sigmoid that never overflows. */
export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x)));

/**
 * Binary cross-entropy of one document from its logits, times `scale`, and the gradient of that.
 * Per label: max(x, 0) - x y + log(1 + exp(-|x|)).
 * @param truth label ids
 */
export function crossEntropy(
  logits: Float64Array,
  truth: ArrayLike<number>,
  scale: number,
): { loss: number; gradient: Float64Array } {
  let loss = 0;
  const gradient = new Float64Array(logits.length);
  logits.forEach((x, l) => {
    loss += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    gradient[l] = sigmoid(x) * scale;
  });
  for (let i = 0; i < truth.length; i++) {
    loss -= logits[truth[i]];
    gradient[truth[i]] = (sigmoid(logits[truth[i]]) - 1) * scale;
  }
  return { loss: loss * scale, gradient };
}
