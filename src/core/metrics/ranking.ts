import { UserError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';

/** The best few of many scored items: score descending, then id ascending. Insertion into a short sorted list. */
export class TopList {
  readonly ids: Int32Array;
  readonly scores: Float64Array;
  size = 0;
  /** An item with a higher id than all so far enters only with a score above this. */
  floor = -Infinity;

  constructor(readonly capacity: number) {
    this.ids = new Int32Array(capacity);
    this.scores = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 0;
    this.floor = -Infinity;
  }

  /** Items may come in any order of ids. NaN never enters. */
  offer(id: number, score: number): void {
    const { ids, scores, capacity } = this;
    if (!(score >= this.floor) || capacity === 0) return;
    let at = this.size;
    while (at > 0 && (score > scores[at - 1] || (score === scores[at - 1] && id < ids[at - 1]))) at--;
    if (at === capacity) return;
    if (this.size < capacity) this.size++;
    for (let i = this.size - 1; i > at; i--) {
      ids[i] = ids[i - 1];
      scores[i] = scores[i - 1];
    }
    ids[at] = id;
    scores[at] = score;
    if (this.size === capacity) this.floor = scores[capacity - 1];
  }
}

/** The k best labels, score descending, then label index ascending. Fewer than k where there are fewer scores. */
export function topK(scores: ArrayLike<number>, k: number): Int32Array {
  const top = new TopList(Math.min(k, scores.length));
  for (let l = 0; l < scores.length; l++) if (scores[l] > top.floor || top.size < top.capacity) top.offer(l, scores[l]);
  return top.ids.slice(0, top.size);
}

/** Refuses cut-offs that no ranking of `labelCount` labels has. */
export function checkKs(ks: readonly number[], labelCount: number): void {
  for (const k of ks) {
    if (!Number.isInteger(k) || k < 1)
      throw new UserError('bad-k', `k = ${k} is not a positive whole number`, 'Correct "evaluation.k".');
    if (k > labelCount)
      throw new UserError(
        'k-too-large',
        `k = ${k} is larger than the number of labels, ${labelCount}`,
        `Set every "evaluation.k" to ${labelCount} or less.`,
      );
  }
}

/**
 * Sums of the ranking metrics over documents, as the Extreme Classification Repository and pyxclib define them:
 * a document without labels counts 0 and stays in the mean; PSP and PSnDCG are ratios of sums over the whole set.
 */
export class RankingSums {
  private readonly maxK: number;
  private readonly discount: Float64Array; // [rank]
  private readonly ideal: Float64Array; // DCG of n hits at the head  [n]
  private readonly sums: { k: number; p: number; ndcg: number; r: number; rp: number }[];
  private readonly scored: { psp: number; pspBest: number; psndcg: number; psndcgBest: number }[];

  constructor(
    ks: readonly number[],
    private readonly inversePropensity?: ArrayLike<number>,
  ) {
    this.maxK = Math.max(0, ...ks);
    this.discount = Float64Array.from({ length: this.maxK }, (_, rank) => 1 / Math.log2(rank + 2));
    this.ideal = new Float64Array(this.maxK + 1);
    for (let n = 0; n < this.maxK; n++) this.ideal[n + 1] = this.ideal[n] + this.discount[n];
    this.sums = ks.map((k) => ({ k, p: 0, ndcg: 0, r: 0, rp: 0 }));
    this.scored = ks.map(() => ({ psp: 0, pspBest: 0, psndcg: 0, psndcgBest: 0 }));
  }

  /**
   * @param ranked label ids, best first; the head of it up to `size` is read
   * @param isTrue 1 for the document's labels  [Y]
   * @param truth the document's labels, without repeats
   */
  add(ranked: ArrayLike<number>, size: number, isTrue: Uint8Array, truth: ArrayLike<number>): void {
    if (truth.length === 0) return;
    for (const sum of this.sums) {
      const { k } = sum;
      let hits = 0;
      let gain = 0;
      for (let rank = 0; rank < Math.min(k, size); rank++) {
        if (!isTrue[ranked[rank]]) continue;
        hits++;
        gain += this.discount[rank];
      }
      sum.p += hits / k;
      sum.ndcg += gain / this.ideal[Math.min(k, truth.length)];
      sum.r += hits / truth.length;
      sum.rp += hits / Math.min(k, truth.length);
    }
    if (this.inversePropensity) this.addScored(this.inversePropensity, ranked, size, isTrue, truth);
  }

  private addScored(
    inverse: ArrayLike<number>,
    ranked: ArrayLike<number>,
    size: number,
    isTrue: Uint8Array,
    truth: ArrayLike<number>,
  ): void {
    const best = Float64Array.from(truth, (l) => inverse[l])
      .sort()
      .reverse();
    this.scored.forEach((sum, i) => {
      const { k } = this.sums[i];
      const ideal = this.ideal[Math.min(k, truth.length)];
      for (let rank = 0; rank < Math.min(k, size); rank++) {
        if (!isTrue[ranked[rank]]) continue;
        sum.psp += inverse[ranked[rank]];
        sum.psndcg += (inverse[ranked[rank]] * this.discount[rank]) / ideal;
      }
      for (let rank = 0; rank < Math.min(k, best.length); rank++) {
        sum.pspBest += best[rank];
        sum.psndcgBest += (best[rank] * this.discount[rank]) / ideal;
      }
    });
  }

  metrics(documents: number): Metrics {
    const metrics: Metrics = {};
    this.sums.forEach(({ k, p, ndcg, r, rp }, i) => {
      metrics[`P@${k}`] = p / documents;
      metrics[`nDCG@${k}`] = ndcg / documents;
      metrics[`R@${k}`] = r / documents;
      metrics[`RP@${k}`] = rp / documents;
      if (!this.inversePropensity) return;
      const { psp, pspBest, psndcg, psndcgBest } = this.scored[i];
      metrics[`PSP@${k}`] = ratio(psp, pspBest);
      metrics[`PSnDCG@${k}`] = ratio(psndcg, psndcgBest);
    });
    return metrics;
  }
}

/** a / b, and 0 where there is nothing to divide by. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/**
 * Inverse propensities 1/p_l of Jain, Prabhu and Varma (KDD 2016): rare labels are missed more often by annotators,
 * so a hit on one counts more.   1/p_l = 1 + C (n_l + B)^-A,   C = (ln N - 1) (B + 1)^A
 * C is 0 for one or two documents, where ln N - 1 would be negative: a propensity above 1 is none.
 *
 * @param trainCounts training documents per label, n_l  [Y]
 * @param trainDocuments training documents, N
 * @param a A: 0.5 for Wikipedia-500K, 0.6 for Amazon-670K and Amazon-3M, 0.55 for others
 * @param b B: 0.4, 2.6, 1.5 likewise
 */
export function inversePropensity(
  trainCounts: ArrayLike<number>,
  trainDocuments: number,
  a = 0.55,
  b = 1.5,
): Float64Array {
  const c = Math.max(0, Math.log(trainDocuments) - 1) * Math.pow(b + 1, a);
  return Float64Array.from(trainCounts, (n) => 1 + c * Math.pow(n + b, -a));
}
