/** What follows the gradients of a step: Adam, clipping, the moving average. */

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

/** Euclidean norm of all gradients together. */
function globalNorm(gradients: Iterable<Float64Array>): number {
  let sum = 0;
  for (const gradient of gradients) for (const g of gradient) sum += g * g;
  return Math.sqrt(sum);
}

/** Scales all gradients by min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does. Returns the norm before. */
export function clipGradients(gradients: Iterable<Float64Array>, limit: number): number {
  const all = [...gradients];
  const norm = globalNorm(all);
  const scale = limit / (norm + 1e-6);
  if (scale < 1) for (const gradient of all) for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  return norm;
}

/** Decay of the moving average at step t (from 1): min(ema, (1 + t) / (10 + t)), so that early averages are short. */
export const averageDecay = (ema: number, t: number): number => Math.min(ema, (1 + t) / (10 + t));

/** shadow = decay * shadow + (1 - decay) * weights */
export function updateAverage(shadow: Float32Array, weights: Float32Array, decay: number): void {
  for (let i = 0; i < shadow.length; i++) shadow[i] = decay * shadow[i] + (1 - decay) * weights[i];
}
