import type { RunConfig } from '../config/runConfig.ts';
import { inversePropensity } from '../metrics/ranking.ts';
import type { StoredLabels } from './runFolder.ts';

/** No label counts more than this many times as much as the mean, or as many times less. */
export const mostWeight = 10;

/**
 * What a document that has a label counts where the label is concerned, against 1 for one that does not have it; undefined: 1 too.
 * `inverse-frequency`: 1 / n_l of its n_l training documents, as scikit-learn's "balanced". `propensity`: 1 / p_l, the inverse
 * propensity of Jain, Prabhu and Varma (KDD 2016). Both are scaled so that the mean over all pairs of a document and a label of it
 * is 1, which leaves the whole loss of the pairs as large as it was, and then cut to [1 / mostWeight, mostWeight].
 */
export function labelWeights(
  { training, evaluation }: RunConfig,
  { trainCounts, trainDocuments, outputs }: StoredLabels,
): Float32Array | undefined {
  if (training.labelWeights === 'none') return undefined;
  const counts = trainCounts.slice(0, outputs);
  const raw =
    training.labelWeights === 'propensity'
      ? inversePropensity(counts, trainDocuments, evaluation.propensityA, evaluation.propensityB)
      : Float64Array.from(counts, (count) => (count > 0 ? 1 / count : 0));
  const pairs = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, l) => sum + count * raw[l], 0) / Math.max(1, pairs);
  return Float32Array.from(raw, (weight, l) =>
    counts[l] > 0 ? Math.min(mostWeight, Math.max(1 / mostWeight, weight / mean)) : 1,
  );
}

/** As a recipe has it: what the bits of a run depend on, and nothing where no label is weighted. */
export const weightsRecipe = ({ training: { labelWeights: by }, evaluation }: RunConfig): Record<string, unknown> => ({
  ...(by !== 'none' && { 'training.labelWeights': by }),
  ...(by === 'propensity' && {
    'evaluation.propensityA': evaluation.propensityA,
    'evaluation.propensityB': evaluation.propensityB,
  }),
});
