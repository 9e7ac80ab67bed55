import { bitsAt, key32, uniformAt } from '../../../src/core/base/random.ts';
import type { Corpus } from '../../../src/core/text/corpus.ts';
import type { Metrics } from '../../../src/core/base/metrics.ts';

/** Scores and truth as a trained model gives them: most near 0, a few high, many ties where `steps` is set. */
export function randomSet(seed: number, documents: number, labels: number, steps = 0) {
  const key = key32(seed, 77);
  const scores = Array.from({ length: documents }, (_, d) =>
    Float32Array.from({ length: labels }, (_, l) => {
      const p = Math.pow(uniformAt(key, d * labels + l), 6);
      return steps ? Math.round(p * steps) / steps : p;
    }),
  );
  const truth = Array.from({ length: documents }, (_, d) =>
    Int32Array.from(
      Array.from({ length: labels }, (_, l) => l).filter((l) => bitsAt(key ^ 5, d * labels + l) % 23 === 0),
    ),
  );
  return { scores, truth };
}

/** The definitions of metrics.md written out with full sorts and logarithms, to compare with. */
export function naiveMetrics(
  scores: ArrayLike<number>[],
  truth: ArrayLike<number>[],
  o: { labelCount: number; ks: number[]; inverse: ArrayLike<number>; threshold: number },
): Metrics {
  const m: Metrics = {};
  const n = scores.length;
  const held = truth.map((t) => new Set(Array.from(t)));
  const ranked = scores.map((s) => Array.from(s, (_, l) => l).sort((a, b) => s[b] - s[a] || a - b));
  const discount = (rank: number) => 1 / Math.log2(rank + 2);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  for (const k of o.ks) {
    const per = scores.map((_, d) => {
      const hit = ranked[d].slice(0, k).map((l) => (held[d].has(l) ? 1 : 0));
      const y = held[d].size;
      const best = [...held[d]].map((l) => o.inverse[l]).sort((a, b) => b - a);
      const ideal = sum(Array.from({ length: Math.min(k, y) }, (_, r) => discount(r))) || 1;
      const hits = sum(hit);
      return {
        p: hits / k,
        ndcg: sum(hit.map((h, r) => h * discount(r))) / ideal,
        r: y ? hits / y : 0,
        rp: y ? hits / Math.min(k, y) : 0,
        psp: sum(hit.map((h, r) => h * o.inverse[ranked[d][r]])),
        pspBest: sum(best.slice(0, k)),
        psn: sum(hit.map((h, r) => h * o.inverse[ranked[d][r]] * discount(r))) / ideal,
        psnBest: sum(best.slice(0, k).map((g, r) => g * discount(r))) / ideal,
      };
    });
    const total = (name: keyof (typeof per)[0]) => sum(per.map((x) => x[name]));
    m[`P@${k}`] = total('p') / n;
    m[`nDCG@${k}`] = total('ndcg') / n;
    m[`R@${k}`] = total('r') / n;
    m[`RP@${k}`] = total('rp') / n;
    m[`PSP@${k}`] = total('psp') / total('pspBest');
    m[`PSnDCG@${k}`] = total('psn') / total('psnBest');
  }
  const labels = Array.from({ length: o.labelCount }, (_, l) => {
    const support = held.filter((t) => t.has(l)).length;
    const predicted = scores.filter((s) => s[l] > o.threshold).length;
    const tp = scores.filter((s, d) => s[l] > o.threshold && held[d].has(l)).length;
    return {
      support,
      predicted,
      tp,
      p: tp / (predicted || 1),
      r: tp / (support || 1),
      f1: (2 * tp) / (predicted + support || 1),
    };
  });
  const [tp, predicted, support] = (['tp', 'predicted', 'support'] as const).map((k) => sum(labels.map((l) => l[k])));
  m.microP = tp / (predicted || 1);
  m.microR = tp / (support || 1);
  m.microF1 = (2 * tp) / (predicted + support || 1);
  m.macroP = sum(labels.map((l) => l.p)) / o.labelCount;
  m.macroR = sum(labels.map((l) => l.r)) / o.labelCount;
  m.macroF1 = sum(labels.map((l) => l.f1)) / o.labelCount;
  m.logLoss =
    sum(
      scores.map((s, d) =>
        sum(
          Array.from(s, (p, l) => {
            const q = Math.min(1 - 1e-7, Math.max(1e-7, p));
            return held[d].has(l) ? -Math.log(q) : -Math.log1p(-q);
          }),
        ),
      ),
    ) /
    (n * o.labelCount);
  return m;
}

/** A corpus of given words and labels. */
export function corpusOf(words: number[][], labels: number[][]): Corpus {
  const starts = (rows: number[][]) => {
    const s = [0];
    for (const row of rows) s.push(s[s.length - 1] + row.length);
    return s;
  };
  return {
    size: words.length,
    words: Int32Array.from(words.flat()),
    wordStarts: Float64Array.from(starts(words)),
    labels: Int32Array.from(labels.flat()),
    labelStarts: Uint32Array.from(starts(labels)),
    ids: words.map((_, i) => `${i + 1}`),
  };
}
