import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddressInfo } from 'node:net';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { tensorFlowModel } from '../../../src/core/export/tfjs/tfjsModel.ts';
import { expectedProbabilities, expectSame, shapes, someDocuments, someWeights, table } from './cases.ts';

describe('a TensorFlow.js graph model', () => {
  const files = new Map<string, Uint8Array | string>();
  let server: Server;
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    server = createServer((request, response) => {
      const content = files.get(request.url!.slice(1));
      response.writeHead(content === undefined ? 404 : 200).end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const serve = (...model: Parameters<typeof tensorFlowModel>): void => {
    files.clear();
    const { json, shards } = tensorFlowModel(...model);
    files.set('model.json', json);
    for (const [name, pieces] of shards) files.set(name, Buffer.concat(pieces));
  };

  it.each(shapes)('is loaded from a server and gives the probabilities of the engine: %s', async (_, shape) => {
    const weights = someWeights(shape);
    const documents = someDocuments(shape);
    const expected = await expectedProbabilities(shape, weights, documents);
    serve(shape, weights, '1.2.3', { maxLength: '13' });
    const model = await loadGraphModel(url());
    expect(model.metadata).toEqual({ maxLength: '13' });
    const run = async (ids: number[], rows: number, columns: number): Promise<Float32Array> => {
      const output = model.predict({ input_ids: tf.tensor2d(ids, [rows, columns], 'int32') }) as tf.Tensor;
      expect(output.shape).toEqual([rows, shape.labels]);
      return (await output.data()) as Float32Array;
    };
    const { rows, columns, ids } = table(documents);
    expectSame(await run(ids, rows, columns), expected);
    for (const [d, words] of documents.entries()) {
      const own = expected.slice(d * shape.labels, (d + 1) * shape.labels);
      if (words.length) expectSame(await run(words, 1, words.length), own);
      expectSame(await run([...words, 0, 0, 0], 1, words.length + 3), own);
    }
    model.dispose();
  });

  it('cuts its weights into files of 4 MiB', async () => {
    const [, shape] = shapes[1];
    const wide = { ...shape, vocabulary: 450_000 };
    const weights = someWeights(wide);
    serve(wide, weights, '1.2.3', {});
    expect([...files.keys()]).toEqual([
      'model.json',
      'group1-shard1of3.bin',
      'group1-shard2of3.bin',
      'group1-shard3of3.bin',
    ]);
    expect([...files.values()].slice(1, 3).map(({ length }) => length)).toEqual([2 ** 22, 2 ** 22]);
    const documents = [[449_999, 3, 224_000]];
    const model = await loadGraphModel(url());
    const output = model.predict(tf.tensor2d(documents, [1, 3], 'int32')) as tf.Tensor;
    expectSame(await output.data(), await expectedProbabilities(wide, weights, documents));
    model.dispose();
  });
});
