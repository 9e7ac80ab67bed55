export interface AdamStep {
  beta1: number;
  beta2: number;
  epsilon: number;
  learningRate: number;
  /** Decoupled: p shrinks by learningRate * weightDecay before the update. */
  weightDecay: number;
  /** Number of this step, from 1. */
  step: number;
}

/** One Adam update of the elements [first, end) as PyTorch's AdamW does it. Moments and weights change in place. */
export function adamUpdate(
  p: Float32Array,
  m: Float32Array,
  v: Float32Array,
  gradient: ArrayLike<number>,
  { beta1, beta2, epsilon, learningRate, weightDecay, step }: AdamStep,
  first = 0,
  end = p.length,
): void {
  const stepSize = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  for (let i = first; i < end; i++) {
    const g = gradient[i];
    const mean = beta1 * m[i] + (1 - beta1) * g;
    const square = beta2 * v[i] + (1 - beta2) * g * g;
    m[i] = mean;
    v[i] = square;
    p[i] = p[i] * (1 - learningRate * weightDecay) - (stepSize * mean) / (Math.sqrt(square) / correction + epsilon);
  }
}
