/** Decay of the moving average at step t (from 1): min(ema, (1 + t) / (10 + t)), so that early averages are short. */
export const averageDecay = (ema: number, t: number): number => Math.min(ema, (1 + t) / (10 + t));

/** shadow = decay * shadow + (1 - decay) * weights */
export function updateAverage(shadow: Float32Array, weights: Float32Array, decay: number): void {
  for (let i = 0; i < shadow.length; i++) shadow[i] = decay * shadow[i] + (1 - decay) * weights[i];
}
