import type { Batch, EngineOptions } from '../../../src/core/engine/engine.ts';
import type { NetworkShape, Pooling } from '../../../src/core/model/network.ts';
import { bitsAt, key32 } from '../../../src/core/base/random.ts';

/** Whole numbers for tests, the same ones for a seed. */
export class Draws {
  private drawn = 0;
  private readonly key: number;
  constructor(seed: number) {
    this.key = key32(seed, 4711);
  }
  /** Uniform over least … most. */
  between(least: number, most: number): number {
    return least + (bitsAt(this.key, this.drawn++) % (most - least + 1));
  }
}

export function randomShape(draws: Draws, pooling: Pooling, hidden: number): NetworkShape {
  const sizes = new Set(Array.from({ length: draws.between(1, 3) }, () => draws.between(1, 9)));
  return {
    vocabulary: draws.between(10, 40),
    dim: draws.between(1, 19),
    filterSizes: [...sizes],
    filters: draws.between(1, 37),
    pools: draws.between(1, 5),
    pooling,
    hidden,
    labels: draws.between(1, 70),
    maxLength: 16,
  };
}

/** Documents that repeat words, one of them empty and one short (where there are three or more). */
export function randomDocuments(draws: Draws, shape: NetworkShape, size: number): number[][] {
  return Array.from({ length: size }, (_, b) => {
    const length = size > 2 && b === 1 ? 0 : size > 2 && b === 2 ? 1 : draws.between(1, shape.maxLength);
    return Array.from({ length }, () => draws.between(1, Math.ceil(shape.vocabulary / 2)));
  });
}

export function randomLabels(draws: Draws, labels: number, size: number): number[][] {
  return Array.from({ length: size }, () => {
    const some = Array.from({ length: draws.between(0, 4) }, () => draws.between(0, labels - 1));
    return [...new Set(some)].sort((a, b) => a - b);
  });
}

export function batchOf(documents: number[][], labels: number[][] = documents.map(() => [])): Batch {
  const starts = (rows: number[][]) => Int32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]);
  return {
    size: documents.length,
    words: Int32Array.from(documents.flat()),
    wordStarts: starts(documents),
    labels: Int32Array.from(labels.flat()),
    labelStarts: starts(labels),
  };
}

/** No dropout, no clipping, no averages: what the PyTorch fixtures were computed with. */
export function plainOptions(shape: NetworkShape): EngineOptions {
  return {
    shape,
    seed: 1,
    embeddingDropout: 0,
    hiddenDropout: 0,
    trainEmbeddings: true,
    loss: 'bce-mean',
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clip: 0,
    ema: 0,
  };
}
