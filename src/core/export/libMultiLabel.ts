/**
 * Parameter names of LibMultiLabel's networks. Its layouts are ours: filters as [filter, word vector, window position], and the
 * input of the first dense layer by size, filter and chunk.
 *   XMLCNN   embedding.embedding, encoder.convs.i, linear1, linear2
 *   KimCNN   embedding.embedding, encoder.convs.i, linear           no hidden layer, one chunk
 */
import { UserError } from '../base/errors.ts';
import type { NetworkShape, Weights } from '../model/network.ts';
import { parameters } from '../model/network.ts';
import type { Tensor } from '../formats/safetensors.ts';

export type LibMultiLabelNetwork = 'XMLCNN' | 'KimCNN';

/** Which of its networks computes the same. Throws `UserError` `no-such-network` with the reason where none does. */
export function libMultiLabelNetwork({ pooling, pools, hidden }: NetworkShape): LibMultiLabelNetwork {
  if (pooling !== 'dynamic-max') throw noNetwork(`it pools by "${pooling}", and those take a maximum of each chunk`);
  if (hidden) return 'XMLCNN';
  if (pools === 1) return 'KimCNN';
  throw noNetwork(`it has ${pools} chunks and no hidden layer, and XMLCNN always has one, KimCNN one chunk`);
}

/** The same parameters by LibMultiLabel's names. */
export function toLibMultiLabel(shape: NetworkShape, weights: Weights): Map<string, Tensor> {
  const names = namesFor(shape.filterSizes, libMultiLabelNetwork(shape));
  return new Map(
    parameters(shape).map((spec) => [names.get(spec.name)!, { shape: spec.shape, data: weights.get(spec.name)! }]),
  );
}

/** Our names to theirs. */
export function namesFor(filterSizes: readonly number[], network: LibMultiLabelNetwork): Map<string, string> {
  const layers: [ours: string, theirs: string][] = [
    ...filterSizes.map((k, i): [string, string] => [`conv${k}`, `encoder.convs.${i}`]),
    ...(network === 'XMLCNN' ? ([['hidden', 'linear1']] as [string, string][]) : []),
    ['output', network === 'XMLCNN' ? 'linear2' : 'linear'],
  ];
  return new Map([
    ['embedding', 'embedding.embedding.weight'],
    ...layers.flatMap(([ours, theirs]): [string, string][] => [
      [`${ours}.weight`, `${theirs}.weight`],
      [`${ours}.bias`, `${theirs}.bias`],
    ]),
  ]);
}

const noNetwork = (why: string): UserError =>
  new UserError(
    'no-such-network',
    `No network of LibMultiLabel computes what this model does: ${why}`,
    'Export it as ONNX or TensorFlow.js instead.',
  );
