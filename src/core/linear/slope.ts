/** Scores are counted in steps of this, from -limit to limit. */
const step = 1 / 256;
const limit = 32;
const bins = (2 * limit) / step;

/** Where nothing could be fitted: what is the best on most sets. */
export const usualSlope = 3;

/**
 * Fits the slope a of probabilities sigmoid(a z) to scores z and what was true of them, by the least log loss. Keeps counts of scores
 * alone, whatever the number of documents and labels.
 */
export class SlopeFitter {
  private readonly hits = new Float64Array(bins);
  private readonly misses = new Float64Array(bins);
  private positives = 0;

  /**
   * @param scores those of -Infinity are of labels that were not looked at, and count for nothing
   * @param truth label ids, which may lie beyond the scores
   */
  add(scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    for (let l = 0; l < scores.length; l++) if (scores[l] !== -Infinity) this.misses[binOf(scores[l])]++;
    for (let i = 0; i < truth.length; i++) {
      if (truth[i] >= scores.length || scores[truth[i]] === -Infinity) continue;
      const bin = binOf(scores[truth[i]]);
      this.misses[bin]--;
      this.hits[bin]++;
      this.positives++;
    }
  }

  /** `usualSlope` where no document had a label. */
  best(): number {
    if (this.positives === 0) return usualSlope;
    // the loss is convex in the slope: halve the interval by the sign of its derivative
    let [low, high] = [1 / 64, 64];
    for (let i = 0; i < 50; i++) {
      const middle = Math.sqrt(low * high);
      if (this.derivative(middle) > 0) high = middle;
      else low = middle;
    }
    return Number(Math.sqrt(low * high).toPrecision(4));
  }

  private derivative(slope: number): number {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) {
      if (this.hits[bin] === 0 && this.misses[bin] === 0) continue;
      const z = (bin + 0.5) * step - limit;
      const probability = 1 / (1 + Math.exp(-slope * z));
      sum += z * (this.misses[bin] * probability - this.hits[bin] * (1 - probability));
    }
    return sum;
  }
}

const binOf = (score: number): number => Math.min(bins - 1, Math.max(0, Math.floor((score + limit) / step)));
