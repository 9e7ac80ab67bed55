/**
 * Why a document got a label: its logit taken apart into the windows of words that pooling picked.
 *
 * With the ReLU gates of this document fixed, the network is linear in its pooled vector z. For label l
 *   logit = bias + sum_u a_u,   a_u = z_u sum_h W2[l, h] [h > 0] W1[h, u]     or z_u W[l, u] without a hidden layer
 *   bias  = b2[l] + sum_h W2[l, h] [h > 0] b1[h]                              or b[l]
 * and each z_u is one window's output (maximum) or the mean of a chunk's windows, each of which has its share.
 */
import type { Activations } from '../engine/engine.ts';
import { convolve, embed, padded, receptiveFields } from '../engine/reference/referenceLayers.ts';
import type { BlendPartName } from '../training/blendModel.ts';
import { type NetworkShape, pooledPerSize, strideOf, type Weights } from '../model/network.ts';

/** A word of a text with its UTF-16 offsets, `end` exclusive. */
interface Span {
  word: string;
  start: number;
  end: number;
}

/** An n-gram of the text and what it added to a label's logit. */
export interface Contribution {
  /** Slice of the text, from the first to the last word of the window. */
  text: string;
  /** UTF-16 offsets into the text, `end` exclusive. */
  start: number;
  end: number;
  /** Words of the window, as the tokenizer gives them. */
  words: string[];
  contribution: number;
  /** Of a blend: what of it the linear part added. */
  ofLinear?: number;
}

/** What one part of a blend says of a label by itself. */
export interface PartExplanation {
  name: BlendPartName;
  /** Weight times probability, of all parts together, is the blend's probability. */
  weight: number;
  probability: number;
  logit: number;
}

export interface Explanation {
  /** Greatest contribution first, so positive ones before negative ones; each n-gram of the text once. */
  contributions: Contribution[];
  /** Sum of the windows that lie wholly in the padding behind a short document. */
  padding: number;
  /** Part of the logit that no window carries. contributions + padding + bias = logit, but for rounding. */
  bias: number;
  logit: number;
  /** Of a blend. Its terms are those of its parts times their weights; the mean is of probabilities, so that the bias takes up what it differs by from the mean of logits. */
  parts?: PartExplanation[];
}

/** A text as a model read it. */
export interface ReadText {
  text: string;
  /** One per word id. */
  spans: readonly Span[];
  words: Int32Array;
  /** Of a bag of words: what each of them counts. */
  values?: Float32Array;
}

/** What every explanation of one document needs, whatever the label. */
export interface ExplainedDocument extends ReadText {
  activations: Activations;
}

/** Takes a document's logits apart; `weights` are those that gave its activations. The function returned takes a label id. */
export function explainer(
  document: ExplainedDocument,
  weights: Weights,
  shape: NetworkShape,
): (label: number) => Explanation {
  const units = activeUnits(document, weights, shape);
  return (label) => {
    const { slopes, bias } = unitSlopes(document.activations, weights, label);
    const { contributions, padding } = mergeByWindow(document, units, slopes);
    return { contributions, padding, bias, logit: document.activations.logits[label] };
  };
}

/** Slope of a label's logit along each pooled unit, a_u / z_u, and the bias terms.  [S] */
export function unitSlopes(
  { pooled, hidden }: Activations,
  weights: Weights,
  label: number,
): { slopes: Float64Array; bias: number } {
  const output = weights.get('output.weight')!;
  const inputs = hidden.length || pooled.length;
  const row = output.subarray(label * inputs, (label + 1) * inputs);
  let bias = weights.get('output.bias')![label];
  if (hidden.length === 0) return { slopes: Float64Array.from(row), bias };

  const slopes = new Float64Array(pooled.length);
  const w1 = weights.get('hidden.weight')!;
  const b1 = weights.get('hidden.bias')!;
  hidden.forEach((activation, h) => {
    if (!(activation > 0)) return;
    bias += row[h] * b1[h];
    for (let u = 0; u < slopes.length; u++) slopes[u] += row[h] * w1[h * slopes.length + u];
  });
  return { slopes, bias };
}

/** A pooled unit above 0: windows of `k` words, their first words, and the part of z_u that each of them gave. */
interface ActiveUnit {
  unit: number;
  k: number;
  starts: ArrayLike<number>;
  parts: ArrayLike<number>;
}

function activeUnits(document: ExplainedDocument, weights: Weights, shape: NetworkShape): ActiveUnit[] {
  const { pooled, positions } = document.activations;
  const units: ActiveUnit[] = [];
  let unit = 0;
  for (const k of shape.filterSizes) {
    const average =
      shape.pooling === 'dynamic-average' ? averagedWindows(document.words, weights, shape, k) : undefined;
    for (let i = 0; i < pooledPerSize(shape, k); i++, unit++) {
      if (!(pooled[unit] > 0)) continue;
      units.push({ unit, k, ...(average ? average(i) : { starts: [positions[unit]], parts: [pooled[unit]] }) });
    }
  }
  return units;
}

/** The windows in the mean of each unit of one filter size. Engines keep no convolution outputs, so they are computed again. */
function averagedWindows(words: Int32Array, weights: Weights, shape: NetworkShape, k: number) {
  const { dim, filters, pooling, pools } = shape;
  const x = embed(padded(words, shape), weights.get('embedding')!, dim);
  const [weight, bias] = [weights.get(`conv${k}.weight`)!, weights.get(`conv${k}.bias`)!];
  const outputs = convolve(x, weight, bias, { dim, filters, k, stride: strideOf(shape) });
  const n = outputs.length / filters;
  const fields = receptiveFields(pooling, filters, n, pools);
  return (i: number): { starts: number[]; parts: Float64Array } => {
    const [from, to] = fields[i];
    const parts = outputs.slice(from, to).map((output) => output / (to - from));
    return { starts: Array.from(parts, (_, t) => (from + t) % n), parts };
  };
}

/** Adds up what units gave to the same words. Windows that run into the padding end with the last word. */
function mergeByWindow({ text, spans }: ExplainedDocument, units: ActiveUnit[], slopes: Float64Array) {
  const sums = new Map<number, number>();
  let padding = 0;
  for (const { unit, k, starts, parts } of units) {
    for (let i = 0; i < starts.length; i++) {
      const amount = slopes[unit] * parts[i];
      const end = Math.min(starts[i] + k, spans.length);
      if (starts[i] >= end) padding += amount;
      else {
        const window = starts[i] * (spans.length + 1) + end;
        sums.set(window, (sums.get(window) ?? 0) + amount);
      }
    }
  }
  const contributions = [...sums].map(([window, contribution]) =>
    contributionOf({ text, spans }, Math.floor(window / (spans.length + 1)), window % (spans.length + 1), contribution),
  );
  return { contributions: sortedContributions(contributions), padding };
}

/** What words `from` … `end` - 1 of a text added. */
export function contributionOf(
  { text, spans }: Pick<ReadText, 'text' | 'spans'>,
  from: number,
  end: number,
  contribution: number,
): Contribution {
  const words = spans.slice(from, end);
  const [start, last] = [words[0].start, words[words.length - 1].end];
  return { text: text.slice(start, last), start, end: last, words: words.map(({ word }) => word), contribution };
}

export const sortedContributions = (contributions: Contribution[]): Contribution[] =>
  contributions.sort((a, b) => b.contribution - a.contribution || a.start - b.start || a.end - b.end);
