/** The original program's network in a checkpoint, as the network here with pooling `seed`. */
import { UserError } from '../base/errors.ts';
import { parameters, windows, type NetworkShape, type Weights } from '../model/network.ts';
import { tensorFloats } from '../formats/torchCheckpoint.ts';
import type { TorchTensor } from '../formats/torchValues.ts';

const padding = '<PAD/>';
const unknown = '<UNK/>';

interface OriginalNetwork {
  shape: NetworkShape;
  weights: Weights;
  /** `<pad>`, `<unk>`, then the words in the order of the checkpoint. */
  words: string[];
  /** Tensors that the original program never used. */
  unused: string[];
}

/**
 * @param vocabulary words by their row in the embedding
 * @param maxLength length that documents are padded to; the shortest that fits the weights where absent
 * Throws `UserError` `not-seed-network` with the reason, `vocabulary-differs`.
 */
export function originalNetwork(
  state: ReadonlyMap<string, TorchTensor>,
  vocabulary: readonly string[],
  file: string,
  maxLength?: number,
): OriginalNetwork {
  const parts = partsOf(state, file);
  const { shape, from } = shapeOf(parts, file, maxLength);
  if (shape.vocabulary !== vocabulary.length)
    throw new UserError(
      'vocabulary-differs',
      `The checkpoint has vectors of ${shape.vocabulary} words, the vocabulary has ${vocabulary.length} words`,
      'Name the vocab.npy of the dataset that it was trained on.',
      { file },
    );
  requireOwnNumbers([...from.values()], file);
  const { words, rows } = arrange(vocabulary);
  const weights: Weights = new Map();
  const whole = { ...shape, vocabulary: words.length };
  for (const { name, shape: wanted } of parameters(whole)) {
    const tensor = from.get(name) as TorchTensor;
    const found = name === 'embedding' ? [vocabulary.length, shape.dim] : wanted;
    if (String(tensor.shape) !== String(found))
      throw other(file, `${name} has shape [${tensor.shape}], not [${found}]`);
    weights.set(
      name,
      name === 'embedding' ? chooseRows(tensorFloats(tensor, file), rows, shape.dim) : tensorFloats(tensor, file),
    );
  }
  const used = new Set(from.values());
  const unused = [...state].filter(([, tensor]) => !used.has(tensor)).map(([name]) => name);
  return { shape: whole, weights, words, unused };
}

/** Tensors that are views of the same numbers would make much memory out of a small file. */
function requireOwnNumbers(tensors: readonly TorchTensor[], file: string): void {
  const storages = new Set(tensors.map(({ storage }) => storage));
  const there = [...storages].reduce((sum, { length }) => sum + length, 0);
  if (tensors.reduce((sum, { length }) => sum + length, 0) > there) throw other(file, 'layers share their weights');
}

interface Parts {
  embedding: TorchTensor;
  convolutions: Layer[];
  hidden: Layer;
  output: Layer;
}
interface Layer {
  weight: TorchTensor;
  bias: TorchTensor;
}

/** By the ends of their names, which differ between the program's versions in what is before. */
function partsOf(state: ReadonlyMap<string, TorchTensor>, file: string): Parts {
  const find = (end: string): TorchTensor | undefined => {
    for (const [name, tensor] of state) if (name === end || name.endsWith(`.${end}`)) return tensor;
    return undefined;
  };
  const layer = (name: string): Layer | undefined => {
    const [weight, bias] = [find(`${name}.weight`), find(`${name}.bias`)];
    return weight && bias && { weight, bias };
  };
  const convolutions: Layer[] = [];
  for (let found = layer('conv_layers.0'); found; found = layer(`conv_layers.${convolutions.length}`))
    convolutions.push(found);
  const [embedding, hidden] = [find('embedding_layer.l.weight'), layer('fin_layer')];
  const [out, first, second] = [layer('out_layer'), layer('classifier.l1'), layer('classifier.l2')];
  if (!out && first && second)
    throw other(file, 'it has two hidden layers (fin_layer and classifier.l1), and the network here has one');
  const output = out ?? first;
  if (!embedding || !hidden || !output || convolutions.length === 0)
    throw other(file, 'embedding_layer.l, conv_layers, fin_layer or out_layer is missing');
  return { embedding, convolutions, hidden, output };
}

function shapeOf(
  { embedding, convolutions, hidden, output }: Parts,
  file: string,
  stated: number | undefined,
): { shape: NetworkShape; from: Map<string, TorchTensor> } {
  const [vocabulary, dim] = embedding.shape;
  const filterSizes = convolutions.map(({ weight }) => weight.shape[2]);
  const [filters] = convolutions[0].weight.shape;
  const [units, pooled] = hidden.weight.shape;
  const sizes = [vocabulary, dim, filters, units, pooled, output.weight.shape[0], ...filterSizes];
  if (sizes.some((size) => !(size >= 1))) throw other(file, 'a layer has no size');
  if (new Set(filterSizes).size < filterSizes.length) throw other(file, 'two filters have the same size');
  const maxLength = stated ?? lengthOf(filterSizes, filters, pooled);
  const sum = maxLength === undefined ? 0 : pooledOf(filterSizes, filters, maxLength);
  if (maxLength === undefined || sum !== pooled)
    throw other(
      file,
      `its hidden layer takes ${pooled} pooled units, which ${stated === undefined ? 'no length of documents gives' : `documents of ${stated} words do not give`} with its maximum over two neighbours (average pooling is not read)`,
    );
  const shape: NetworkShape = {
    vocabulary,
    dim,
    filterSizes,
    filters,
    pools: 1,
    pooling: 'seed',
    hidden: units,
    labels: output.weight.shape[0],
    maxLength,
    padding: 'fit',
  };
  const from = new Map([['embedding', embedding]]);
  const put = (name: string, layer: Layer): void =>
    void from.set(`${name}.weight`, layer.weight).set(`${name}.bias`, layer.bias);
  convolutions.forEach((layer, i) => put(`conv${filterSizes[i]}`, layer));
  put('hidden', hidden);
  put('output', output);
  return { shape, from };
}

const pooledOf = (filterSizes: number[], filters: number, length: number): number =>
  filterSizes.reduce((sum, k) => sum + filters * windows(length, k, 2) - 1, 0);

/** The shortest length with that many pooled units: a word that no window reaches changes nothing. */
function lengthOf(filterSizes: number[], filters: number, pooled: number): number | undefined {
  let low = Math.max(...filterSizes);
  let high = low + pooled * 2 + 2;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pooledOf(filterSizes, filters, middle) < pooled) low = middle + 1;
    else high = middle;
  }
  return pooledOf(filterSizes, filters, low) === pooled ? low : undefined;
}

/** Padding and the unknown word go first; -1 where the checkpoint has none. */
function arrange(vocabulary: readonly string[]): { words: string[]; rows: number[] } {
  const special = [vocabulary.indexOf(padding), vocabulary.indexOf(unknown)];
  const others = vocabulary.map((_, i) => i).filter((i) => !special.includes(i));
  // clean_str leaves a backslash before brackets and question marks, which the tokenizer here does not
  const words = others.map((i) => (vocabulary[i] ?? '').replace(/^\\(?=[()?]$)/, ''));
  return { words: ['<pad>', '<unk>', ...words], rows: [...special, ...others] };
}

function chooseRows(embedding: Float32Array, rows: readonly number[], dim: number): Float32Array {
  const chosen = new Float32Array(rows.length * dim);
  rows.forEach((row, i) => row >= 0 && chosen.set(embedding.subarray(row * dim, (row + 1) * dim), i * dim));
  return chosen;
}

const other = (file: string, why: string): UserError =>
  new UserError(
    'not-seed-network',
    `This is not the original program's network: ${why}`,
    'Only its stride-2 form with max-pooling is read.',
    {
      file,
    },
  );
