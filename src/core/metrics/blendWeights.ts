/** How much each of two models counts in the mean of their probabilities: found on validation. */
import { clampedLogit, sigmoid } from '../base/logits.ts';
import { Pace } from '../base/pace.ts';
import type { Metrics } from '../base/metrics.ts';
import type { WorkOptions } from '../base/progress.ts';
import { Evaluator, type EvaluatorOptions } from './evaluator.ts';
import { bandNames, bandOf } from './labelCounts.ts';

/** Weights that are tried, from 0 to 1. */
const step = 0.02;
const steps = Math.round(1 / step);

/** Single scores that are kept at most: with more labels, fewer documents. */
const mostScores = 1 << 26;

/** The logit of the weighted mean of two probabilities, the first's weight given; a weight of 0 or 1 leaves one of them as it is. */
export function blendedLogit(first: number, second: number, weight: number): number {
  if (weight === 1) return first;
  if (weight === 0) return second;
  const [a, b] = [clampedLogit(first), clampedLogit(second)];
  const yes = weight / (1 + Math.exp(-a)) + (1 - weight) / (1 + Math.exp(-b));
  const no = weight / (1 + Math.exp(a)) + (1 - weight) / (1 + Math.exp(b));
  return Math.log(yes / no);
}

/** The first model's weight for the labels of so many training documents. */
export interface BandWeight {
  band: (typeof bandNames)[number];
  weight: number;
}

interface ScoredDocument {
  first: Float32Array;
  second: Float32Array;
  truth: Int32Array;
}

/** Finds the weights that serve the monitor best: one for all labels, or one by frequency band where that does clearly better on documents that it was not chosen on. */
export class BlendChooser {
  private readonly halves: [ScoredDocument[], ScoredDocument[]] = [[], []];
  private readonly band: Uint8Array; // [labels]
  private readonly every: number;
  private seen = 0;
  /** Weights tried, of how many. */
  private done = 0;
  private total = 0;
  private onProgress: WorkOptions['onProgress'];

  /** @param documents how many will be added */
  constructor(
    private readonly options: EvaluatorOptions,
    private readonly monitor: (metrics: Metrics) => number,
    { labels, documents }: { labels: number; documents: number },
  ) {
    const { trainLabelCounts } = options;
    this.band = Uint8Array.from({ length: labels }, (_, l) => bandNames.indexOf(bandOf(trainLabelCounts?.[l] ?? 0)));
    this.every = Math.max(1, Math.ceil((documents * labels * 2) / mostScores));
  }

  /** One document's logits by both models. */
  add(first: Float32Array, second: Float32Array, truth: Int32Array): void {
    const number = this.seen++;
    if (number % this.every !== 0) return;
    const half = this.halves[(number / this.every) % 2];
    half.push({ first: first.map(sigmoid), second: second.map(sigmoid), truth: truth.slice() });
  }

  /** One entry where a single weight serves all labels. Throws `Cancelled`. */
  async best({ signal, onProgress }: WorkOptions = {}): Promise<{ weight: number; bands: BandWeight[] }> {
    const pace = new Pace(signal);
    this.onProgress = onProgress;
    const [one, other] = this.halves;
    const all = [...one, ...other];
    const known = [...new Set(this.band)].filter((b) => bandNames[b] !== '0');
    const present = known.sort((a, b) => a - b);
    const mayDiffer = present.length > 1 && other.length > 0;
    this.total = (steps + 1) * (mayDiffer ? 3 + 3 * present.length : 1);
    const weight = await this.single(all, pace);
    if (!mayDiffer) return { weight, bands: [] };
    if (!(await this.areBandsBetter([one, other], present, pace))) return { weight, bands: [] };
    const weights = await this.byBand(all, weight, present, pace);
    return { weight, bands: present.map((b) => ({ band: bandNames[b], weight: weights[b] })) };
  }

  /**
   * Whether weights by band that are chosen on one half do better on the other than a single one that is chosen likewise, by more than
   * chance would have it: more than twice the standard error of their gain in blocks of the documents.
   */
  private async areBandsBetter(
    [one, other]: readonly [ScoredDocument[], ScoredDocument[]],
    present: readonly number[],
    pace: Pace,
  ): Promise<boolean> {
    const gains: number[] = [];
    for (const [chosen, judged] of [
      [one, other],
      [other, one],
    ]) {
      const weight = await this.single(chosen, pace);
      const byBand = await this.byBand(chosen, weight, present, pace);
      const even = bandNames.map(() => weight);
      for (let block = 0; block < Math.min(blocks, judged.length); block++) {
        const own = judged.filter((_, i) => i % blocks === block);
        gains.push(this.score(own, byBand) - this.score(own, even));
      }
    }
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
    return mean > 2 * Math.sqrt(squares / (gains.length - 1) / gains.length);
  }

  /** The weight whose neighbourhood is best: a single figure of few documents jumps. */
  private async single(documents: readonly ScoredDocument[], pace: Pace): Promise<number> {
    const scores: number[] = [];
    for (let i = 0; i <= steps; i++) {
      scores.push(
        this.score(
          documents,
          bandNames.map(() => i * step),
        ),
      );
      await this.tried(pace);
    }
    return roundedWeight(bestOf(scores) * step);
  }

  private async tried(pace: Pace): Promise<void> {
    this.onProgress?.({ phase: 'validating', done: ++this.done, total: this.total, unit: 'steps' });
    if (pace.due()) await pace.rest();
  }

  /** Band by band, the others as they are. */
  private async byBand(documents: readonly ScoredDocument[], from: number, present: readonly number[], pace: Pace) {
    const weights = bandNames.map(() => from);
    for (const band of present) {
      const scores: number[] = [];
      for (let i = 0; i <= steps; i++) {
        scores.push(this.score(documents, weights.with(band, i * step)));
        await this.tried(pace);
      }
      weights[band] = roundedWeight(bestOf(scores) * step);
    }
    return weights;
  }

  private score(documents: readonly ScoredDocument[], weights: readonly number[]): number {
    const evaluator = new Evaluator(this.options);
    const mean = new Float64Array(this.band.length);
    for (const { first, second, truth } of documents) {
      for (let l = 0; l < mean.length; l++) {
        const weight = weights[this.band[l]];
        mean[l] = weight * first[l] + (1 - weight) * second[l];
      }
      evaluator.add(mean, truth);
    }
    return this.monitor(evaluator.metrics());
  }

  /** A weight by label. */
  static byLabel(
    counts: ArrayLike<number>,
    labels: number,
    { weight, bands }: { weight: number; bands: BandWeight[] },
  ) {
    const own = new Map(bands.map((b) => [b.band, b.weight]));
    return Float32Array.from({ length: labels }, (_, l) => own.get(bandOf(counts[l])) ?? weight);
  }
}

const roundedWeight = (weight: number): number => Number(weight.toFixed(2));

/** Of each half, in which weights are compared. */
const blocks = 5;

/** Neighbours on each side that a score is averaged with. */
const reach = 2;

/** Index of the best mean of neighbours; of equal ones, the middle. */
function bestOf(scores: readonly number[]): number {
  const means = scores.map((_, i) => {
    const near = scores.slice(Math.max(0, i - reach), i + reach + 1);
    return near.reduce((sum, score) => sum + score, 0) / near.length;
  });
  const best = Math.max(...means);
  const equal = means.flatMap((mean, i) => (mean >= best - 1e-12 ? [i] : []));
  return equal[Math.floor((equal.length - 1) / 2)];
}
