import type { Engine } from '../../../src/core/engine/engine.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import type { NetworkShape, Weights } from '../../../src/core/model/network.ts';
import { elements, parameters } from '../../../src/core/model/network.ts';
import { batchOf, Draws, plainOptions } from '../engine/randomCases.ts';

/** Every kind of network, with awkward sizes. */
export const shapes: [name: string, shape: NetworkShape][] = (
  [
    ['two chunks, a hidden layer', {}],
    ['one chunk, no hidden layer', { pools: 1, hidden: 0 }],
    ['more chunks than windows', { pools: 7, filterSizes: [5, 1] }],
    ['a single size', { filterSizes: [3], pools: 3 }],
    ['overhanging windows', { padding: 'overhang', pools: 3 }],
    ['averages', { pooling: 'dynamic-average', pools: 3 }],
    ['averages of all, overhanging', { pooling: 'dynamic-average', pools: 1, padding: 'overhang', hidden: 0 }],
    ["the original program's wiring", { pooling: 'seed' }],
    ["the original program's wiring, no hidden layer", { pooling: 'seed', maxLength: 8, hidden: 0 }],
  ] satisfies [string, Partial<NetworkShape>][]
).map(([name, changes]) => [
  name,
  {
    vocabulary: 30,
    dim: 5,
    filterSizes: [2, 1, 6],
    filters: 4,
    pools: 2,
    pooling: 'dynamic-max',
    hidden: 6,
    labels: 9,
    maxLength: 13,
    padding: 'fit',
    ...changes,
  },
]);

/** Weights large enough for probabilities all over the place. */
export function someWeights(shape: NetworkShape): Weights {
  const draws = new Draws(shape.filters + shape.pools);
  const weights: Weights = new Map();
  for (const spec of parameters(shape)) {
    const values = Float32Array.from({ length: elements(spec) }, () => draws.between(-1000, 1000) / 1400);
    weights.set(spec.name, spec.name === 'embedding' ? values.fill(0, 0, shape.dim) : values);
  }
  return weights;
}

/** Documents of all lengths, an empty one and the longest among them; words of id 0 never occur. */
export function someDocuments({ vocabulary, maxLength }: NetworkShape): number[][] {
  const draws = new Draws(5);
  const lengths = [4, 0, maxLength, 1, 7, 2, Math.min(6, maxLength), 3].map((length) => Math.min(length, maxLength));
  return lengths.map((length) => Array.from({ length }, () => draws.between(1, vocabulary - 1)));
}

/** Rows of word ids, 0 behind each up to the longest. */
export function table(documents: number[][]): { rows: number; columns: number; ids: number[] } {
  const columns = Math.max(...documents.map((words) => words.length));
  const ids = documents.flatMap((words) => [...words, ...new Array<number>(columns - words.length).fill(0)]);
  return { rows: documents.length, columns, ids };
}

/** Probabilities of the reference engine.  [B, Y] */
export async function expectedProbabilities(
  shape: NetworkShape,
  weights: Weights,
  documents: number[][],
  engine: Engine = createReferenceEngine(plainOptions(shape)),
): Promise<number[]> {
  await engine.writeWeights(weights);
  const all: number[] = [];
  await engine.logits(batchOf(documents), (_, logits) => all.push(...logits.map((x) => 1 / (1 + Math.exp(-x)))));
  return all;
}

export function expectSame(actual: ArrayLike<number>, expected: number[], tolerance = 1e-5): void {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers, ${expected.length} are expected`);
  expected.forEach((value, i) => {
    if (!(Math.abs(actual[i] - value) <= tolerance)) throw new Error(`number ${i} is ${actual[i]}, not ${value}`);
  });
}
