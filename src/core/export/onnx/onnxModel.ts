import { UserError } from '../../base/errors.ts';
import type { NetworkShape, Weights } from '../../model/network.ts';
import { writeNetwork } from '../networkGraph.ts';
import { OnnxGraph } from './onnxGraph.ts';
import { bytes, integer, sizeOf, text, type Message } from './protobuf.ts';

const irVersion = 7;
const opset = 13;
/** Protocol buffers count a message's bytes in 31 bits. */
const limit = 2 ** 31 - 1;

/**
 * An ONNX file in pieces. Input `input_ids`: int64 [documents, words], 0 behind the end of each document. Output `probabilities`:
 * float32 [documents, Y]. Throws `UserError` `too-large-for-onnx`.
 */
export function onnxModel(
  name: string,
  shape: NetworkShape,
  weights: Weights,
  version: string,
  metadata: Readonly<Record<string, string>>,
): Message {
  const graph = new OnnxGraph(shape, weights);
  const output = writeNetwork(graph, shape);
  const message = [
    ...integer(1, irVersion),
    ...text(2, 'xmlcnn'),
    ...text(3, version),
    ...bytes(7, graph.message(name, output, shape.labels)),
    ...bytes(8, integer(2, opset)),
    ...Object.entries(metadata).flatMap(([key, value]) => bytes(14, [...text(1, key), ...text(2, value)])),
  ];
  const size = sizeOf(message);
  if (size <= limit) return message;
  throw new UserError(
    'too-large-for-onnx',
    `The model takes ${(size / 2 ** 30).toFixed(1)} GiB, and an ONNX file holds 2`,
    'Export it as safetensors, or train one with a smaller vocabulary.',
  );
}
