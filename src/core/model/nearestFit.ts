/** What makes a network large, and the nearest one that is not too large. */
import { featureSize, pooledSize, type NetworkShape } from './network.ts';

interface Matrix {
  what: string;
  /** Weights, as a matrix. */
  rows: number;
  columns: number;
}

/** The weights of a network, largest part first; biases are left out. */
export function matrices(shape: NetworkShape): Matrix[] {
  const { vocabulary, dim, filterSizes, filters, hidden, labels } = shape;
  const positions = filterSizes.reduce((sum, k) => sum + k, 0);
  return [
    { what: 'word vectors', rows: vocabulary, columns: dim },
    { what: 'filters', rows: filters, columns: positions * dim },
    ...(hidden ? [{ what: 'hidden layer', rows: hidden, columns: pooledSize(shape) }] : []),
    { what: 'output layer', rows: labels, columns: featureSize(shape) },
  ].sort((a, b) => b.rows * b.columns - a.rows * a.columns);
}

/** One key of a run config and the largest value with which the network fits. */
export interface Remedy {
  key: string;
  value: number;
}

/** Hidden units that stand for a layer where there is none. */
const usualHidden = 512;
/** Values are stated in steps that people write. */
const steps = { hidden: 8, filters: 8, vocabulary: 1000 };
/** Rows of the embedding that are no words of the vocabulary: padding and unknown word. */
const specialRows = 2;

/**
 * Single changes with which `fits` holds, the smallest change first; none where no one change is enough. Adding a hidden layer
 * is one where the network has none.
 * @param fits must hold for all networks smaller than one that fits
 */
export function nearestFits(shape: NetworkShape, fits: (shape: NetworkShape) => boolean): Remedy[] {
  const { hidden, filters, vocabulary } = shape;
  const words = vocabulary - specialRows;
  const found = [
    {
      key: 'model.hidden',
      was: hidden || usualHidden,
      value: largest(hidden ? hidden - 1 : usualHidden, steps.hidden, (h) => fits({ ...shape, hidden: h })),
    },
    {
      key: 'model.filters',
      was: filters,
      value: largest(filters - 1, steps.filters, (f) => fits({ ...shape, filters: f })),
    },
    {
      key: 'text.vocabularySize',
      was: words,
      value: largest(words - 1, steps.vocabulary, (v) => fits({ ...shape, vocabulary: v + specialRows })),
    },
  ];
  return found
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value / b.was - a.value / a.was)
    .map(({ key, value }) => ({ key, value }));
}

/** The largest multiple of `step` up to `most` that holds; 0 where none does. */
export function largest(most: number, step: number, holds: (value: number) => boolean): number {
  let low = 0;
  for (let high = Math.floor(most / step) + 1; high - low > 1;) {
    const middle = (low + high) >> 1;
    if (holds(middle * step)) low = middle;
    else high = middle;
  }
  return low * step;
}

/** `model.hidden 448 or text.vocabularySize 20,000`. */
export const remediesText = (remedies: readonly Remedy[]): string =>
  remedies.map(({ key, value }) => `${key} ${value.toLocaleString('en')}`).join(' or ');
