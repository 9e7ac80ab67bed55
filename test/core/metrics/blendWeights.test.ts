import { describe, expect, it } from 'vitest';
import { BlendChooser, blendedLogit } from '../../../src/core/metrics/blendWeights.ts';
import { uniformAt, key32 } from '../../../src/core/base/random.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('the logit of a mean of probabilities', () => {
  it('is that of the mean, and of one alone where the other counts nothing', () => {
    for (const [a, b, weight] of [
      [2, -1, 0.3],
      [-7, 4, 0.5],
      [40, -40, 0.88],
    ])
      expect(sigmoid(blendedLogit(a, b, weight))).toBeCloseTo(weight * sigmoid(a) + (1 - weight) * sigmoid(b), 12);
    expect(blendedLogit(3.3, -2, 1)).toBe(3.3);
    expect(blendedLogit(3.3, -2, 0)).toBe(-2);
  });

  it('keeps apart what is nearly certain, and stays a number', () => {
    expect(blendedLogit(45, 45, 0.5)).toBeCloseTo(45, 9);
    expect(blendedLogit(-1e6, -1e6, 0.5)).toBeCloseTo(-700, 6);
  });
});

describe('weights of a blend', () => {
  type Knows = (label: number, document: number) => boolean;
  const labels = 6;
  const counts = Uint32Array.of(2, 3, 3, 100, 100, 100);
  const options = { labelCount: labels, ks: [1], trainLabelCounts: counts };
  const monitor = (metrics: Record<string, number>): number => metrics['P@1'];

  /** A document has one label, which a model that knows it scores 2, and else something at random below that. */
  async function chosen(firstKnows: Knows, secondKnows: Knows) {
    const chooser = new BlendChooser(options, monitor, { labels, documents: 400 });
    for (let d = 0; d < 400; d++) {
      const truth = (d * 7 + (d >> 3)) % labels;
      const row = (key: number, knows: Knows): Float32Array =>
        Float32Array.from({ length: labels }, (_, l) =>
          l === truth && knows(l, d) ? 2 : 3 * uniformAt(key32(key), d * labels + l) - 2,
        );
      chooser.add(row(1, firstKnows), row(2, secondKnows), Int32Array.of(truth));
    }
    return chooser.best();
  }

  it('leave out a model that knows nothing', async () => {
    const first = await chosen(
      () => true,
      () => false,
    );
    expect(first.weight).toBeGreaterThan(0.6);
    const second = await chosen(
      () => false,
      () => true,
    );
    expect(second.weight).toBeLessThan(0.4);
    expect(first.bands).toEqual([]);
  });

  it('differ by frequency where one model knows the rare labels and the other the frequent', async () => {
    const { weight, bands } = await chosen(
      (label) => counts[label] <= 5,
      (label) => counts[label] > 5,
    );
    expect(bands.map(({ band }) => band)).toEqual(['1-5', '>50']);
    expect(bands[0].weight).toBeGreaterThan(bands[1].weight);
    const byLabel = BlendChooser.byLabel(counts, labels, { weight, bands });
    expect([...byLabel]).toEqual([...counts].map((count) => Math.fround(bands[count > 5 ? 1 : 0].weight)));
  });

  it('are not taken by frequency where that is chance', async () => {
    const { bands } = await chosen(
      (_, d) => uniformAt(key32(3), d) < 0.7,
      (_, d) => uniformAt(key32(4), d) < 0.7,
    );
    expect(bands).toEqual([]);
  });

  it('are sampled where documents and labels are many, with the same answer', async () => {
    const chooser = new BlendChooser(options, monitor, { labels, documents: 1 << 26 });
    for (let d = 0; d < 4000; d++) {
      const truth = (d >> 2) % labels;
      const good = Float32Array.from({ length: labels }, (_, l) => (l === truth ? 2 : -2));
      chooser.add(
        good,
        good.map((logit) => -logit),
        Int32Array.of(truth),
      );
    }
    expect((await chooser.best()).weight).toBeGreaterThan(0.5);
  });
});
