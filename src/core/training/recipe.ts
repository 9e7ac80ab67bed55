import type { RunConfig } from '../config/runConfig.ts';
import { UserError } from '../base/errors.ts';
import type { NetworkShape } from '../model/network.ts';

/** The settings that the bits of a run depend on, by their config keys. */
export type Recipe = Record<string, unknown>;

export function recipeOf(config: RunConfig, shape: NetworkShape): Recipe {
  const { training: t, model: m } = config;
  return {
    ...Object.fromEntries(Object.entries(shape).map(([key, value]) => [`shape.${key}`, value])),
    'model.embeddingDropout': m.embeddingDropout,
    'model.hiddenDropout': m.hiddenDropout,
    'embedding.train': config.embedding.train,
    'training.batchSize': t.batchSize,
    'training.learningRate': t.learningRate,
    'training.warmupSteps': t.warmupSteps,
    'training.schedule': t.schedule,
    // a cosine spans the epochs; with a constant rate a run may be given more of them
    ...(t.schedule === 'cosine' && { 'training.epochs': t.epochs, 'training.finalLearningRate': t.finalLearningRate }),
    'training.weightDecay': t.weightDecay,
    'training.beta1': t.beta1,
    'training.beta2': t.beta2,
    'training.epsilon': t.epsilon,
    'training.embeddingUpdates': t.embeddingUpdates,
    'training.clip': t.clip,
    'training.ema': t.ema,
    'training.loss': t.loss,
    'training.monitor': t.monitor,
    'training.seed': t.seed,
    'training.retrainOnAll': t.retrainOnAll,
  };
}

/** Keys on which two recipes differ. */
export function differences(a: Recipe, b: Recipe): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** Refuses to go on with a run under settings that it was not begun with. */
export function checkSameRecipe(begun: Recipe, now: Recipe, file: string): void {
  const keys = differences(begun, now);
  if (keys.length === 0) return;
  const list = keys.map((key) => `${key} (${text(begun[key])} in the run, ${text(now[key])} now)`).join(', ');
  throw new UserError(
    'resume-config-differs',
    `The run was begun with other settings: ${list}`,
    'Resume with the config in its folder, or start a new run with `training.resumeFrom` naming this checkpoint.',
    { file },
  );
}

const text = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
