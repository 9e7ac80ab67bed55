/**
 * The weights of labels that are kept, as they are held and stored. Their tensors:
 *   label.starts     I32 [labels + 1]    label l has entries starts[l] … starts[l + 1) - 1 of the two below
 *   label.steps      U16 [entries]       features ascend: how far each lies behind the one before it, the first behind -1
 *   label.weights    F16 [entries]       where the next feature lies further than 65,535, entries of weight 0 lead to it
 *   label.bias       F32 [labels]
 */
import { halfBits, halves } from '../formats/halfFloats.ts';
import type { LazyTensor } from '../formats/safetensorsWrite.ts';
import type { Tensor, TensorData } from '../formats/safetensors.ts';

/** What is kept of one label's weights. */
export interface LabelWeights {
  bias: number;
  steps: Uint16Array;
  /** binary16 */
  weights: Uint16Array;
}

const longestStep = 65_535;

/**
 * Leaves out the weights whose size is at most `limit`.
 * @param numbers of the features, ascending, where they are some of many
 */
export function prune(
  { weights, bias }: { weights: Float32Array; bias: number },
  limit: number,
  numbers?: Int32Array,
): LabelWeights {
  let count = 0;
  for (let f = 0; f < weights.length; f++) if (isKept(weights[f], limit)) count++;
  const features = new Int32Array(count);
  const bits = new Uint16Array(count);
  for (let f = 0, at = 0; f < weights.length; f++) {
    if (!isKept(weights[f], limit)) continue;
    features[at] = numbers ? numbers[f] : f;
    bits[at++] = halfBits(weights[f]);
  }
  return stepped(bias, features, bits);
}

const isKept = (weight: number, limit: number): boolean => weight > limit || weight < -limit;

/** @param features ascending; @param bits of their weights */
function stepped(bias: number, features: Int32Array, bits: Uint16Array): LabelWeights {
  let length = features.length;
  for (let i = 0, last = -1; i < features.length; last = features[i++])
    if (features[i] - last > longestStep) length += Math.ceil((features[i] - last) / longestStep) - 1;
  const kept = { bias, steps: new Uint16Array(length), weights: new Uint16Array(length) };
  let last = -1;
  for (let i = 0, at = 0; i < features.length; i++) {
    for (; features[i] - last > longestStep; last += longestStep) kept.steps[at++] = longestStep;
    kept.steps[at] = features[i] - last;
    kept.weights[at++] = bits[i];
    last = features[i];
  }
  return kept;
}

/** Every weight of a label, by ascending feature. */
export function forEachWeight(label: LabelWeights, visit: (feature: number, weight: number) => void): void {
  const { steps, weights } = label;
  const values = halves();
  let feature = -1;
  for (let i = 0; i < steps.length; i++) {
    feature += steps[i];
    if (values[weights[i]] !== 0) visit(feature, values[weights[i]]);
  }
}

/** Bytes of a weight in a file, and of a label beside its weights. */
export const bytesInFile = 4;
const bytesOfLabel = 8;

export const labelBytes = (labels: readonly (LabelWeights | undefined)[]): number =>
  labels.reduce((sum, label) => sum + bytesOfLabel + bytesInFile * (label?.steps.length ?? 0), 0);

/** Tensors of labels, some of which may not be solved yet: those have no weights. */
export function labelTensors(labels: readonly (LabelWeights | undefined)[]): Map<string, Tensor | LazyTensor> {
  const starts = new Int32Array(labels.length + 1);
  labels.forEach((label, l) => (starts[l + 1] = starts[l] + (label?.steps.length ?? 0)));
  const entries = starts[labels.length];
  const joined = (which: 'steps' | 'weights') => (): Uint16Array => {
    const all = new Uint16Array(entries);
    labels.forEach((label, l) => label && all.set(label[which], starts[l]));
    return all;
  };
  return new Map<string, Tensor | LazyTensor>([
    ['label.starts', { shape: [labels.length + 1], data: starts }],
    ['label.steps', { dtype: 'U16', shape: [entries], read: joined('steps') }],
    ['label.weights', { dtype: 'F16', shape: [entries], read: joined('weights') }],
    ['label.bias', { shape: [labels.length], data: Float32Array.from(labels, (label) => label?.bias ?? 0) }],
  ]);
}

/** The labels in such tensors; undefined where they do not fit together. */
export function labelsIn(read: (name: string) => TensorData, features: number): LabelWeights[] | undefined {
  const [starts, weights, bias] = ['starts', 'weights', 'bias'].map((name) => read(`label.${name}`));
  const [steps, listed] = [read('label.steps'), read('label.features')];
  const isOld = listed.length > 0; // version 1 has features in place of steps
  const places = isOld ? listed : steps;
  const count = bias.length;
  const isWhole =
    starts.length === count + 1 &&
    starts[0] === 0 &&
    starts[count] === places.length &&
    weights.length === places.length &&
    starts.every((start, l) => l === 0 || start >= starts[l - 1]);
  if (!isWhole || !(weights instanceof Uint16Array)) return undefined;
  const isAscending = (own: Int32Array): boolean => own.every((feature, i) => feature > (i > 0 ? own[i - 1] : -1));
  const labels = Array.from(bias, (value, l) => {
    const bits = weights.subarray(starts[l], starts[l + 1]);
    const own = places.subarray(starts[l], starts[l + 1]);
    if (own instanceof Int32Array) return isAscending(own) ? stepped(value, own, bits) : undefined;
    return { bias: value, steps: own as Uint16Array, weights: bits };
  });
  const isSound = (label?: LabelWeights): label is LabelWeights => label !== undefined && isWithin(label, features);
  return labels.every(isSound) ? labels : undefined;
}

function isWithin({ steps }: LabelWeights, features: number): boolean {
  let last = -1;
  for (let i = 0; i < steps.length; i++) {
    if (steps[i] === 0) return false;
    last += steps[i];
  }
  return last < features;
}
