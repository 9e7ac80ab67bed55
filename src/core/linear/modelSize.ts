import { UserError } from '../base/errors.ts';
import { kernelRoom, megabytes, memoryLimit } from '../base/memory.ts';
import { largest, remediesText } from '../model/nearestFit.ts';
import { forEachWeight, type LabelWeights } from './keptWeights.ts';

/** Of so many things in the order of their size, how many are solved first, to see how large all will be. */
const mostSamples = 64;

/** Places among `count`, the first and the last with them, closer together towards the last: those are by far the largest. */
export function samplePlaces(count: number): number[] {
  if (count <= mostSamples) return Array.from({ length: count }, (_, place) => place);
  const left = Array.from({ length: mostSamples }, (_, i) => (1 - i / (mostSamples - 1)) ** 2);
  return [...new Set(left.map((share) => Math.round((1 - share) * (count - 1))))];
}

/** The sum over all places of what is known at some, between which it is taken to change evenly. */
export function sumOverPlaces(places: readonly number[], values: readonly number[]): number {
  let sum = values.at(-1) ?? 0;
  for (let i = 1; i < places.length; i++) {
    const steps = places[i] - places[i - 1];
    sum += steps * values[i - 1] + ((values[i] - values[i - 1]) * (steps - 1)) / 2;
  }
  return sum;
}

/** Steps of `linear.prune`, of which the least that fits is sought. */
const thousand = 1000;

/** Some of a model, by which the rest is judged: for each place its outputs. */
export interface Samples {
  places: readonly number[];
  outputs: readonly (readonly LabelWeights[])[];
}

/** Weights that the whole model will have, above a limit and of the first features alone. */
export function expectedWeights({ places, outputs }: Samples, { above = 0, features = Infinity } = {}): number {
  const counts = outputs.map((own) => {
    let count = 0;
    for (const output of own)
      forEachWeight(output, (feature, weight) => {
        if (feature < features && Math.abs(weight) > above) count++;
      });
    return count;
  });
  return Math.round(sumOverPlaces(places, counts));
}

/**
 * Throws `UserError` `model-too-large` for more weights than a process holds at so many bytes each, with what would fit.
 * @param size `pruned`: how many times `linear.prune` is left out
 */
export function requireFit(
  samples: Samples,
  { bytesOfWeight, features, pruned = 1 }: { bytesOfWeight: number; features: number; pruned?: number },
  limit = memoryLimit - 8 * kernelRoom,
): void {
  const weights = expectedWeights(samples);
  if (weights * bytesOfWeight <= limit) return;
  const fits = (settings: Parameters<typeof expectedWeights>[1]): boolean =>
    expectedWeights(samples, settings) * bytesOfWeight <= limit;
  const spared = largest(thousand, 1, (some) => fits({ above: (1 - some / thousand) * pruned }));
  const most = largest(features, 1000, (some) => fits({ features: some }));
  throw new UserError(
    'model-too-large',
    `The linear model would have about ${weights.toLocaleString('en')} weights, which take ${megabytes(weights * bytesOfWeight)}: more than the ${megabytes(limit)} that there are`,
    `It fits with about ${remediesText([
      ...(spared > 0 ? [{ key: 'linear.prune', value: (thousand - spared) / thousand }] : []),
      ...(most > 0 ? [{ key: 'linear.maxFeatures', value: most }] : []),
    ])}.`,
  );
}
