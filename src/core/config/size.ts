import type { Script } from '../base/scripts.ts';
import { memoryLimit } from '../base/memory.ts';
import type { NetworkShape } from '../model/network.ts';
import { nearestFits, type Remedy } from '../model/nearestFit.ts';
import { parameterCount } from '../model/network.ts';
import type { RunConfig } from './runConfig.ts';

/** What is known of the data when a config is looked at. */
export interface Facts {
  labelCount?: number;
  /** Dimension of the file at `embedding.file`; read from it where absent and files are checked. */
  embeddingDim?: number;
  /** Words in the vocabulary. */
  vocabularySize?: number;
  /** Of the training texts; looked for in the beginning of the file where absent and files are checked. */
  script?: Script;
}

type Sized = Pick<RunConfig, 'model' | 'text' | 'embedding'> & { training: Pick<RunConfig['training'], 'ema'> };

export const shapeOf = ({ model, text, embedding }: Sized, facts: Facts): NetworkShape => ({
  // of a blend's words, the network knows the most frequent
  vocabulary: Math.min(facts.vocabularySize ?? 0, (text.vocabularySize ?? Infinity) + 2),
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
export const trainingBytes = (config: Sized, facts: Facts): number => bytesOfShape(shapeOf(config, facts), config);

const bytesOfShape = (shape: NetworkShape, { training }: Sized): number =>
  parameterCount(shape) * 4 * (training.ema > 0 ? 4 : 3);

/** Room for a batch and for gradients that is left by what is proposed. */
const room = 256 * 1024 ** 2;

/** Single changes that make training fit into the memory, the smallest change first. A vocabulary that is not known is counted at its limit. */
export function fittingChanges(config: Sized, facts: Facts): Remedy[] {
  const words = facts.vocabularySize ?? config.text.vocabularySize ?? 0;
  const shape = shapeOf(config, { ...facts, vocabularySize: words });
  return nearestFits(shape, (changed) => bytesOfShape(changed, config) <= memoryLimit - room);
}

/** From how many labels on a linear model chooses a label tree by itself. */
const manyLabels = 30_000;

/** Whether a linear model of so many labels is a label tree. */
export const usesTree = (choice: RunConfig['linear']['tree'], labels: number): boolean =>
  choice === 'always' || (choice === 'auto' && labels > manyLabels);
