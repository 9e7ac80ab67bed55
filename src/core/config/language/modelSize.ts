import { elements, parameterCount, parameters, type ParameterSpec, pooledSize } from '../../model/network.ts';
import type { RunConfig } from '../runConfig.ts';
import { shapeOf, trainingBytes } from '../size.ts';

/** Counts that only a look at the data gives. */
interface KnownCounts {
  labels?: number;
  /** Rows of the embedding, padding and unknown word included. */
  vocabulary?: number;
}

export interface ModelSize {
  /** Weights of all parts whose size is known. */
  parameters: number;
  /** Bytes of a weight with what the optimiser keeps of it. */
  bytesEach: number;
  /** Weights that each label adds, where their number is not known. */
  perLabel?: number;
  /** Weights that each word adds, where their number is neither known nor limited. */
  perWord?: number;
  /** The vocabulary is counted at its limit: it may turn out smaller. */
  isAtMost: boolean;
}

/** Rows of the embedding beside the vocabulary: padding and unknown word. */
const specialWords = 2;

/** The network's shape with what is known; 0 stands for counts that are not. */
function knownShape(config: RunConfig, { labels, vocabulary }: KnownCounts) {
  const limit = config.text.vocabularySize;
  const rows = vocabulary ?? (limit === null ? undefined : limit + specialWords);
  const facts = { labelCount: labels, vocabularySize: rows };
  return { facts, shape: shapeOf(config, facts) };
}

/** How large a config's network is, as far as that is known. */
export function modelSize(config: RunConfig, counts: KnownCounts): ModelSize {
  const { facts, shape } = knownShape(config, counts);
  return {
    parameters: parameterCount(shape),
    bytesEach: trainingBytes(config, facts) / parameterCount(shape),
    ...(facts.labelCount === undefined && { perLabel: (shape.hidden || pooledSize(shape)) + 1 }),
    ...(facts.vocabularySize === undefined && { perWord: shape.dim }),
    isAtMost: counts.vocabulary === undefined && facts.vocabularySize !== undefined,
  };
}

/** Weights of one kind; `per` where their number depends on a count that is not known: `parameters` is then that of each. */
export interface ModelPart extends ParameterSpec {
  parameters: number;
  per?: 'word' | 'label';
}

/** What the network consists of, from the words to the labels. */
export function modelParts(config: RunConfig, counts: KnownCounts): ModelPart[] {
  return parameters(knownShape(config, counts).shape).map((spec) => {
    const [rows, ...others] = spec.shape;
    if (rows > 0) return { ...spec, parameters: elements(spec) };
    const each = elements({ ...spec, shape: others });
    return { name: spec.name, shape: others, parameters: each, per: spec.name === 'embedding' ? 'word' : 'label' };
  });
}
