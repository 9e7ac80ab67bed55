import { parameterCount, pooledSize } from '../../model/network.ts';
import type { RunConfig } from '../runConfig.ts';
import { shapeOf, trainingBytes } from '../size.ts';

/** Counts that only a look at the data gives. */
export interface KnownCounts {
  labels?: number;
  /** Rows of the embedding, padding and unknown word included. */
  vocabulary?: number;
}

export interface ModelSize {
  /** Weights of all parts whose size is known. */
  parameters: number;
  /** Bytes of these weights with what the optimiser keeps of each. */
  bytes: number;
  /** Weights that each label adds, where their number is not known. */
  perLabel?: number;
  /** Weights that each word adds, where their number is neither known nor limited. */
  perWord?: number;
  /** The vocabulary is counted at its limit: it may turn out smaller. */
  isAtMost: boolean;
}

/** Rows of the embedding beside the vocabulary: padding and unknown word. */
const specialWords = 2;

/** How large a config's network is, as far as that can be told. */
export function modelSize(config: RunConfig, { labels, vocabulary }: KnownCounts): ModelSize {
  const limit = config.text.vocabularySize;
  const rows = vocabulary ?? (limit === null ? undefined : limit + specialWords);
  const facts = { labelCount: labels, vocabularySize: rows };
  const shape = shapeOf(config, facts);
  return {
    parameters: parameterCount(shape),
    bytes: trainingBytes(config, facts),
    ...(labels === undefined && { perLabel: (shape.hidden || pooledSize(shape)) + 1 }),
    ...(rows === undefined && { perWord: shape.dim }),
    isAtMost: vocabulary === undefined && limit !== null,
  };
}
