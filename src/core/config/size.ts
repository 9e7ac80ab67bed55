import type { NetworkShape } from '../model/network.ts';
import { elements, parameters, pooledSize } from '../model/network.ts';
import type { RunConfig } from './runConfig.ts';

/** What is known of the data when a config is looked at. */
export interface Facts {
  labelCount?: number;
  /** Dimension of the file at `embedding.file`; read from it where absent and files are checked. */
  embeddingDim?: number;
  /** Words in the vocabulary. */
  vocabularySize?: number;
}

/** The most a WebAssembly memory can hold, in bytes. */
export const memoryLimit = 4 * 1024 ** 3;

type Sized = Pick<RunConfig, 'model' | 'text' | 'embedding'> & { training: Pick<RunConfig['training'], 'ema'> };

export const shapeOf = ({ model, text, embedding }: Sized, facts: Facts): NetworkShape => ({
  vocabulary: facts.vocabularySize ?? 0,
  dim: embedding.dim,
  filterSizes: model.filterSizes,
  filters: model.filters,
  pools: model.pools,
  pooling: model.pooling,
  hidden: model.hidden,
  labels: facts.labelCount ?? 0,
  maxLength: text.maxLength,
  padding: model.padding,
});

/** Bytes of weights, Adam's two moments and, with EMA, the averages, of every part whose size is known. */
export function trainingBytes(config: Sized, facts: Facts): number {
  const copies = config.training.ema > 0 ? 4 : 3;
  return parameters(shapeOf(config, facts)).reduce((sum, spec) => sum + elements(spec), 0) * 4 * copies;
}

/** The largest weight matrix, as rows and columns in words. */
export function largestMatrix(config: Sized, facts: Facts): { what: string; rows: number; columns: number } {
  const shape = shapeOf(config, facts);
  const pooled = pooledSize(shape);
  const all = [
    { what: 'word vectors', rows: shape.vocabulary, columns: shape.dim },
    ...(shape.hidden ? [{ what: 'hidden layer', rows: pooled, columns: shape.hidden }] : []),
    { what: 'output layer', rows: shape.hidden || pooled, columns: shape.labels },
  ];
  return all.reduce((a, b) => (b.rows * b.columns > a.rows * a.columns ? b : a));
}
