/**
 * XML-CNN (Liu, Chang, Wu, Yang, SIGIR 2017), in the form of the NAACL 2022 case study (Chen et al.).
 *
 *   words of a document            w_1 … w_L                                      L = at least the largest filter size
 *   embedding                      E[w_t]                                         [L, D]
 *   embedding dropout              one mask per distinct word and batch
 *   convolution over words, per size k and filter f, stride 1:
 *                                  c_k[f, t] = b_k[f] + sum_{j<k} E[w_{t+j}] . W_k[f, :, j]     [F, n], n = L - k + 1
 *   dynamic max-pooling            chunk i of p covers outputs floor(i n / p) … ceil((i+1) n / p) - 1
 *                                  z[k, f, i] = max over the chunk (first window wins a tie)    [F, p]
 *   ReLU, concatenated             z = relu(z), order: size, filter, chunk        [S], S = sum over sizes of F p
 *   hidden layer (optional)        h = relu(W1 z + b1), dropout                   [H]
 *   output                         y = sigmoid(W2 h + b2)                         [Y]
 *
 * Each document is pooled over its own length, so a prediction never depends on the rest of its batch. PAD words, whose
 * vectors are zero, follow it: as few as the largest filter needs, or (`overhang`) so many that each of its words begins a
 * window of every size.
 */
export const poolings = ['dynamic-max', 'dynamic-average', 'seed'] as const;
export type Pooling = (typeof poolings)[number];

export const paddings = ['fit', 'overhang'] as const;
type Padding = (typeof paddings)[number];

export interface NetworkShape {
  /** Rows of the embedding, V: PAD (row 0, always zero), unknown (row 1), then the vocabulary. */
  vocabulary: number;
  /** Length of a word vector, D. */
  dim: number;
  filterSizes: number[];
  /** Filters per size, F. */
  filters: number;
  /** Pooling chunks, p. 1 is max-over-time. Ignored by `seed`. */
  pools: number;
  pooling: Pooling;
  /** Units of the hidden layer, H; 0 leaves it out. */
  hidden: number;
  /** Labels, Y. */
  labels: number;
  /** Words kept of a document. `seed` pads every document up to it. */
  maxLength: number;
  /** Default `fit`. */
  padding?: Padding;
}

export interface ParameterSpec {
  name: string;
  shape: number[];
}

/** Named tensors in the layout of `parameters(shape)`, float32, row-major. */
export type Weights = Map<string, Float32Array>;

/** Stride of the convolution: the original program's wiring (pooling `seed`) skips every other window. */
export const strideOf = (shape: NetworkShape): number => (shape.pooling === 'seed' ? 2 : 1);

/** Words of a document with the PADs behind it. */
export function paddedLength({ filterSizes, maxLength, padding, pooling }: NetworkShape, words: number): number {
  const largest = Math.max(...filterSizes);
  if (pooling === 'seed') return Math.max(largest, maxLength, words);
  return Math.max(largest, padding === 'overhang' ? words + largest - 1 : words);
}

/** Outputs of a convolution of size k over `length` words. */
export const windows = (length: number, k: number, stride: number): number => Math.floor((length - k) / stride) + 1;

/** First output of pooling chunk i of p over n outputs, and one past its last (PyTorch's AdaptiveMaxPool1d). */
export const chunkStart = (i: number, p: number, n: number): number => Math.floor((i * n) / p);
export const chunkEnd = (i: number, p: number, n: number): number => Math.ceil(((i + 1) * n) / p);

/** Pooled units of one filter size. */
export function pooledPerSize(shape: NetworkShape, k: number): number {
  // seed: filters x windows flattened, then a maximum over each two neighbours with stride 1, across filter borders too
  if (shape.pooling === 'seed') return shape.filters * windows(shape.maxLength, k, 2) - 1;
  return shape.filters * shape.pools;
}

/** Length of the pooled vector, S. */
export function pooledSize(shape: NetworkShape): number {
  return shape.filterSizes.reduce((sum, k) => sum + pooledPerSize(shape, k), 0);
}

/** Numbers that the output layer sees of a document, H or S. */
export const featureSize = (shape: NetworkShape): number => shape.hidden || pooledSize(shape);

/** Every parameter in the order of files and updates; row-major, `conv*.weight` as [filter, word vector, window position]. */
export function parameters(shape: NetworkShape): ParameterSpec[] {
  const { vocabulary, dim, filterSizes, filters, hidden, labels } = shape;
  const pooled = pooledSize(shape);
  return [
    { name: 'embedding', shape: [vocabulary, dim] },
    ...filterSizes.flatMap((k) => [
      { name: `conv${k}.weight`, shape: [filters, dim, k] },
      { name: `conv${k}.bias`, shape: [filters] },
    ]),
    ...(hidden
      ? [
          { name: 'hidden.weight', shape: [hidden, pooled] },
          { name: 'hidden.bias', shape: [hidden] },
        ]
      : []),
    { name: 'output.weight', shape: [labels, featureSize(shape)] },
    { name: 'output.bias', shape: [labels] },
  ];
}

export const elements = (spec: ParameterSpec): number => spec.shape.reduce((product, n) => product * n, 1);

/** Number of weights of the whole network. */
export const parameterCount = (shape: NetworkShape): number =>
  parameters(shape).reduce((sum, spec) => sum + elements(spec), 0);
