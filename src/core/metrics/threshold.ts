import { withRoom } from '../base/growing.ts';

/** Probabilities at or below this are never predicted: a threshold lies at or above it. */
export const lowestThreshold = 0.01;

interface TunedThreshold {
  /** A label is predicted where its probability is above this. */
  threshold: number;
  microF1: number;
}

/**
 * Finds the threshold with the best micro-F1: exactly, by trying every distinct score above 0.01 that was added.
 * Keeps 8 bytes for each of these scores.
 */
export class ThresholdTuner {
  private hits = new Float64Array(1024);
  private misses = new Float64Array(1024);
  private hitCount = 0;
  private missCount = 0;
  private positives = 0;

  /** @param scores probabilities; @param truth label ids, which may lie beyond the scores (they are never predicted) */
  add(scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    const labels = this.begin(truth);
    for (let l = 0; l < scores.length; l++) if (scores[l] > lowestThreshold) this.push(scores[l], labels.has(l));
  }

  /** The same for a document of which only the scores above 0.01 (at least) are known. */
  addSparse(labels: ArrayLike<number>, scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    const held = this.begin(truth);
    for (let i = 0; i < labels.length; i++) if (scores[i] > lowestThreshold) this.push(scores[i], held.has(labels[i]));
  }

  /** Of equally good thresholds the highest; 0.5 and F1 0 where no threshold predicts anything right. */
  best(): TunedThreshold {
    const hits = this.hits.slice(0, this.hitCount).sort();
    const misses = this.misses.slice(0, this.missCount).sort();
    let best: TunedThreshold = { threshold: 0.5, microF1: 0 };
    let h = hits.length;
    let m = misses.length;
    while (h > 0 || m > 0) {
      const score = highest(hits, h, misses, m);
      while (h > 0 && hits[h - 1] === score) h--;
      while (m > 0 && misses[m - 1] === score) m--;
      const tp = hits.length - h;
      const microF1 = (2 * tp) / (tp + misses.length - m + this.positives);
      if (microF1 > best.microF1) best = { threshold: between(score, highest(hits, h, misses, m)), microF1 };
    }
    return best;
  }

  private begin(truth: ArrayLike<number>): Set<number> {
    const labels = new Set(Array.from(truth));
    this.positives += labels.size;
    return labels;
  }

  private push(score: number, isTrue: boolean): void {
    if (isTrue) {
      this.hits = withRoom(this.hits, this.hitCount + 1);
      this.hits[this.hitCount++] = score;
    } else {
      this.misses = withRoom(this.misses, this.missCount + 1);
      this.misses[this.missCount++] = score;
    }
  }
}

const highest = (a: Float64Array, n: number, b: Float64Array, m: number): number =>
  Math.max(n > 0 ? a[n - 1] : lowestThreshold, m > 0 ? b[m - 1] : lowestThreshold);

/** A threshold that the higher score passes and the lower does not. */
function between(higher: number, lower: number): number {
  const middle = (higher + lower) / 2;
  return middle < higher ? middle : lower;
}
