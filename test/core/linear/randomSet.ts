import { documentsByLabel, type FeatureMatrix, type LabelDocuments } from '../../../src/core/linear/featureMatrix.ts';
import { bitsAt, key32, uniformAt } from '../../../src/core/base/random.ts';

export interface RandomSet {
  matrix: FeatureMatrix;
  labels: LabelDocuments;
  labelCount: number;
}

/** Documents of words by a power law; each label has words of its own, and the last ones have no documents. */
export function randomSet(documents: number, features: number, labelCount: number): RandomSet {
  const starts = new Float64Array(documents + 1);
  const indices: number[] = [];
  const values: number[] = [];
  const labels: number[] = [];
  const labelStarts = new Uint32Array(documents + 1);
  for (let d = 0; d < documents; d++) {
    const own = labelsOf(d, labelCount);
    const words = wordsOf(d, own, features);
    const weights = words.map((w) => 0.5 + uniformAt(key32(7, d), w));
    const length = Math.hypot(...weights);
    indices.push(...words);
    values.push(...weights.map((weight) => weight / length));
    labels.push(...own);
    starts[d + 1] = indices.length;
    labelStarts[d + 1] = labels.length;
  }
  const corpus = { size: documents, labels: Int32Array.from(labels), labelStarts };
  const matrix = {
    documents,
    features,
    starts,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
  return { matrix, labels: documentsByLabel(corpus, labelCount), labelCount };
}

/** Label l in a quarter of the documents, times 0.8^l. */
const labelsOf = (d: number, count: number): number[] =>
  Array.from({ length: count }, (_, l) => l).filter((l) => uniformAt(key32(3, l), d) < 0.25 * 0.8 ** l);

function wordsOf(d: number, labels: readonly number[], features: number): number[] {
  const words = new Set<number>();
  for (let i = 0; i < 15; i++) words.add(Math.floor(features ** uniformAt(key32(5, d), i)) - 1);
  for (const l of labels)
    for (let i = 0; i < 3; i++) words.add((bitsAt(key32(11, l), i) + (bitsAt(d, i) % 5)) % features);
  return [...words].sort((a, b) => a - b);
}

/** The objective of some weights in double precision, by its definition. */
export function objectiveOf(
  { starts, indices, values, documents }: FeatureMatrix,
  hasLabel: (d: number) => boolean,
  { weights, bias }: { weights: ArrayLike<number>; bias: number },
  c: number,
  cost = 1,
): number {
  let sum = (bias * bias) / 2;
  for (let f = 0; f < weights.length; f++) sum += (weights[f] * weights[f]) / 2;
  for (let d = 0; d < documents; d++) {
    let score = bias;
    for (let e = starts[d]; e < starts[d + 1]; e++) score += weights[indices[e]] * values[e];
    sum += c * (hasLabel(d) ? cost : 1) * Math.max(0, 1 - (hasLabel(d) ? score : -score)) ** 2;
  }
  return sum;
}
