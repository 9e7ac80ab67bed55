import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onnxModel } from '../../../src/core/export/onnx/onnxModel.ts';
import { integer, integers } from '../../../src/core/export/onnx/protobuf.ts';
import type { NetworkShape, Weights } from '../../../src/core/model/network.ts';
import { outputOf, pythonWith, skipped } from '../../tools.ts';
import { temporaryFolders } from '../training/folder.ts';
import { expectedProbabilities, expectSame, shapes, someDocuments, someWeights, table } from './cases.ts';
import { onnxRuntimes } from './onnxRuntime.ts';

const newFolder = temporaryFolders();
const python = pythonWith('onnx');

const bytesOf = (shape: NetworkShape, weights: Weights): Uint8Array =>
  Buffer.concat(onnxModel('a model', shape, weights, '1.2.3', { maxLength: '13' }));

describe('protocol buffers', () => {
  it('are written as the wire format says', () => {
    expect([...Buffer.concat(integer(1, 150))]).toEqual([0x08, 0x96, 0x01]);
    expect([...Buffer.concat(integers(4, [3, 270, 86942]))]).toEqual([0x22, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
    expect([...Buffer.concat(integer(2, -1))]).toEqual([0x10, ...new Array<number>(9).fill(0xff), 1]);
  });
});

describe.each(await onnxRuntimes())('an ONNX model in %s', (_, open) => {
  it.each(shapes)('gives the probabilities of the engine: %s', async (_, shape) => {
    const weights = someWeights(shape);
    const documents = someDocuments(shape);
    const expected = await expectedProbabilities(shape, weights, documents);
    const run = await open(bytesOf(shape, weights));
    const { rows, columns, ids } = table(documents);
    expectSame(await run(ids, rows, columns), expected);
    for (const [d, words] of documents.entries()) {
      const own = expected.slice(d * shape.labels, (d + 1) * shape.labels);
      if (words.length) expectSame(await run(words, 1, words.length), own);
      expectSame(await run([...words, 0, 0, 0], 1, words.length + 3), own);
    }
  });
});

it.skipIf(!python && skipped('a Python with onnx'))('the checker of ONNX finds nothing amiss', async () => {
  const folder = await newFolder();
  const files: string[] = [];
  for (const [i, [, shape]] of shapes.entries()) {
    files.push(join(folder, `${i}.onnx`));
    await writeFile(files[i], bytesOf(shape, someWeights(shape)));
  }
  const script = `
import sys, onnx
for file in sys.argv[1:]:
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    print(model.producer_version, [p.value for p in model.metadata_props], [i.name for i in model.graph.input])`;
  expect(new Set(outputOf(python!, ['-c', script, ...files]).split('\n'))).toEqual(
    new Set(["1.2.3 ['13'] ['input_ids']"]),
  );
});
