import { key32, Stream, uniformAt } from '../base/random.ts';
import type { NetworkShape, ParameterSpec, Weights } from './network.ts';
import { elements, parameters } from './network.ts';

export interface InitialWeightsOptions {
  seed: number;
  /** Bounds of the uniform weights; biases are uniform within ±1/sqrt(fan in) with every initializer, as in PyTorch. */
  initializer: 'torch' | 'xavier-uniform' | 'kaiming-uniform';
  /** `log-odds` starts each output bias at log(p / (1 - p)), p being the label's share of the training documents. */
  outputBias: 'default' | 'log-odds';
  /** Training documents with each label, [Y]; with `log-odds` only. */
  labelCounts?: ArrayLike<number>;
  /** Number of training documents; with `log-odds` only. */
  documents?: number;
  /** Word vectors to start from, [V, D]; uniform within ±0.25 where absent. */
  embedding?: Float32Array;
}

/** Start weights of a network, determined by the seed. Row 0 of the embedding (PAD) is zero. */
export function initialWeights(shape: NetworkShape, options: InitialWeightsOptions): Weights {
  const weights: Weights = new Map();
  parameters(shape).forEach((spec, index) => {
    if (spec.name === 'embedding') {
      weights.set(spec.name, wordVectors(spec, options));
      return;
    }
    const bound = spec.name.endsWith('.bias') ? torchBound(fanInOfBias(shape, spec.name)) : weightBound(spec, options);
    weights.set(spec.name, uniform(elements(spec), bound, key32(options.seed, Stream.init, index)));
  });
  if (options.outputBias === 'log-odds') weights.set('output.bias', logOdds(shape.labels, options));
  return weights;
}

function wordVectors(spec: ParameterSpec, { embedding, seed }: InitialWeightsOptions): Float32Array {
  const [, dim] = spec.shape;
  if (embedding && embedding.length !== elements(spec)) {
    throw new RangeError(`embedding has ${embedding.length} numbers, the network takes ${elements(spec)}`);
  }
  const vectors = embedding ? embedding.slice() : uniform(elements(spec), 0.25, key32(seed, Stream.embedding));
  return vectors.fill(0, 0, dim);
}

function uniform(length: number, bound: number, key: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = (2 * uniformAt(key, i) - 1) * bound;
  return values;
}

const torchBound = (fanIn: number): number => 1 / Math.sqrt(fanIn);

/** Weights are [out, in] or [filter, word vector, window position]. */
function weightBound(
  { shape: [out, inputs, window = 1] }: ParameterSpec,
  { initializer }: InitialWeightsOptions,
): number {
  const fanIn = inputs * window;
  if (initializer === 'xavier-uniform') return Math.sqrt(6 / (fanIn + out * window));
  if (initializer === 'kaiming-uniform') return Math.sqrt(6 / fanIn);
  return torchBound(fanIn);
}

function fanInOfBias(shape: NetworkShape, name: string): number {
  const weight = parameters(shape).find((spec) => spec.name === name.replace('.bias', '.weight'))!;
  return elements(weight) / weight.shape[0];
}

/** Half a document is added on either side, so that a label without documents (or with all of them) stays finite. */
function logOdds(labels: number, { labelCounts, documents }: InitialWeightsOptions): Float32Array {
  if (!labelCounts || documents === undefined) throw new TypeError('log-odds need labelCounts and documents');
  return Float32Array.from({ length: labels }, (_, l) => {
    const count = labelCounts[l] ?? 0;
    return Math.log((count + 0.5) / (documents - count + 0.5));
  });
}
