import type { NetworkShape, Weights } from '../../model/network.ts';
import { writeNetwork } from '../networkGraph.ts';
import { TensorFlowGraph } from './tfjsGraph.ts';

/** Bytes of a weight file, as the converter of TensorFlow.js cuts them: browsers keep files of that size. */
const shardBytes = 4 * 2 ** 20;

interface TensorFlowModel {
  /** model.json */
  json: string;
  /** Weight files by name, each as pieces that follow each other. */
  shards: Map<string, Uint8Array[]>;
}

/**
 * A graph model for `tf.loadGraphModel`. Input `input_ids`: int32 [documents, words], 0 behind the end of each document. Output
 * `probabilities`: float32 [documents, Y].
 */
export function tensorFlowModel(
  shape: NetworkShape,
  weights: Weights,
  version: string,
  metadata: Readonly<Record<string, string>>,
): TensorFlowModel {
  const graph = new TensorFlowGraph(shape, weights);
  const output = writeNetwork(graph, shape);
  const constants = [...graph.constants.values()];
  const shards = cut(constants.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  const names = shards.map((_, i) => shardName(i, shards.length));
  const model = {
    format: 'graph-model',
    generatedBy: `xmlcnn ${version}`,
    convertedBy: `xmlcnn ${version}`,
    signature: {
      inputs: { [graph.ids]: tensor(graph.ids, 'DT_INT32', [-1, -1]) },
      outputs: { [output]: tensor(output, 'DT_FLOAT', [-1, shape.labels]) },
    },
    userDefinedMetadata: metadata,
    modelTopology: { node: graph.nodes, library: {}, versions: { producer: 440 } },
    weightsManifest: [
      { paths: names, weights: constants.map(({ name, shape: sizes, dtype }) => ({ name, shape: sizes, dtype })) },
    ],
  };
  return { json: JSON.stringify(model), shards: new Map(shards.map((shard, i) => [names[i], shard])) };
}

const shardName = (i: number, of: number): string => `group1-shard${i + 1}of${of}.bin`;

/** Whether a file of this name is a weight file of such a model. */
export const isShard = (name: string): boolean => /^group1-shard\d+of\d+\.bin$/.test(name);

const tensor = (name: string, dtype: string, shape: number[]) => ({
  name: `${name}:0`,
  dtype,
  tensorShape: { dim: shape.map((size) => ({ size: String(size) })) },
});

/** Bytes one after the other in files of the same size, but for the last. */
function cut(all: readonly Uint8Array[]): Uint8Array[][] {
  const shards: Uint8Array[][] = [];
  let room = 0;
  for (const bytes of all) {
    for (let at = 0; at < bytes.length;) {
      if (room === 0) {
        shards.push([]);
        room = shardBytes;
      }
      const piece = bytes.subarray(at, at + room);
      shards[shards.length - 1].push(piece);
      at += piece.length;
      room -= piece.length;
    }
  }
  return shards;
}
