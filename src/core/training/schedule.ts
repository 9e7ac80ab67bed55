export interface Schedule {
  /** Rate after the warm-up. */
  learningRate: number;
  /** Steps over which the rate rises linearly to `learningRate`; step 0 already takes one part of it. */
  warmupSteps: number;
  schedule: 'constant' | 'cosine';
  /** Rate of the last step of a cosine, as a fraction of `learningRate`. */
  finalLearningRate: number;
  /** Steps of the whole training, warm-up included. */
  totalSteps: number;
}

/** Learning rate of a step, counted from 0: a function of the step alone, so that a resumed run needs no state for it. */
export function learningRateAt(step: number, s: Schedule): number {
  if (step < s.warmupSteps) return (s.learningRate * (step + 1)) / s.warmupSteps;
  if (s.schedule === 'constant') return s.learningRate;
  const progress = Math.min(1, (step + 1 - s.warmupSteps) / Math.max(1, s.totalSteps - s.warmupSteps));
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return s.learningRate * (s.finalLearningRate + (1 - s.finalLearningRate) * cosine);
}
