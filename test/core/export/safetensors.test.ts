import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../../src/core/model/network.ts';
import { exportModel } from '../../../src/core/export/exportModel.ts';
import { importSafetensors } from '../../../src/core/export/importSafetensors.ts';
import { toLibMultiLabel } from '../../../src/core/export/libMultiLabel.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { describeRun } from '../../../src/core/training/runListing.ts';
import { SafetensorsFile } from '../../../src/core/formats/safetensors.ts';
import { writeSafetensors } from '../../../src/core/formats/safetensorsWrite.ts';
import { outputOf, pythonWith, skipped } from '../../tools.ts';
import { temporaryFolders } from '../training/folder.ts';
import { reference } from '../training/setup.ts';
import { shapes, someWeights } from './cases.ts';
import { predicted } from './exported.ts';
import { texts, trainedRun, type TrainedRun } from './trained.ts';

const newFolder = temporaryFolders(afterAll);
const python = pythonWith('torch');
const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The example of the documentation that loads a model into LibMultiLabel's networks. */
const example = /```python\n(import json\n[^]*?)```/.exec(readFileSync(file('docs/exports.md'), 'utf8'))![1];

const quiet = { onEvent: () => {}, makeEngine: reference };
const kinds: [name: string, network: string, model: Parameters<typeof trainedRun>[1]][] = [
  ['two chunks and a hidden layer', 'XMLCNN', {}],
  ['overhanging windows', 'XMLCNN', { padding: 'overhang', filterSizes: [1, 5], pools: 3 }],
  ['one chunk and a hidden layer', 'XMLCNN', { pools: 1 }],
  ['one chunk and no hidden layer', 'KimCNN', { pools: 1, hidden: 0 }],
  ['the same, overhanging', 'KimCNN', { pools: 1, hidden: 0, padding: 'overhang' }],
];

describe.each(kinds)('a model with %s', (_, network, model) => {
  let folder: string;
  let trained: TrainedRun;
  beforeAll(async () => {
    folder = await newFolder();
    trained = await trainedRun(folder, model);
    await exportModel(trained.run, { format: 'safetensors', folder: join(folder, 'model') });
  });

  it('has the names of LibMultiLabel', async () => {
    const exported = await SafetensorsFile.open(join(folder, 'model', 'model.safetensors'));
    const dense = network === 'XMLCNN' ? ['linear1', 'linear2'] : ['linear'];
    const layers = ['encoder.convs.0', 'encoder.convs.1', ...dense];
    const names = ['embedding.embedding.weight', ...layers.flatMap((name) => [`${name}.weight`, `${name}.bias`])];
    expect([...exported.tensors.keys()].sort()).toEqual(names.sort());
    expect(exported.metadata).toMatchObject({ format: 'pt', network, name: 'run' });
    await exported.close();
  });

  it.skipIf(!python && skipped('a Python with torch'))(
    'scores in PyTorch as here, one document at a time',
    async () => {
      const documents = texts(12, 3);
      await writeFile(join(folder, 'texts.json'), JSON.stringify(documents));
      const more = `\nfor text in json.load(open("texts.json")): print(json.dumps(probabilities(text.split()).tolist()))\n`;
      await writeFile(join(folder, 'example.py'), example + more);
      const run = `import sys; sys.path.append(${JSON.stringify(file('test/fixtures/python'))}); exec(open("example.py").read())`;
      const lines = outputOf(python!, ['-c', run], folder).split('\n').slice(-documents.length);
      const expected = await predicted(trained.run, documents);
      lines.forEach((line, i) => {
        const found: number[] = JSON.parse(line);
        expect(found).toHaveLength(expected[i].length);
        found.forEach((p, label) => expect(Math.abs(p - expected[i][label])).toBeLessThan(1e-5));
      });
    },
  );

  it('comes back as a run that predicts, evaluates and is listed the same', async () => {
    const output = join(folder, 'runs', 'back');
    await importSafetensors(join(folder, 'model', 'model.safetensors'), { output });
    const back = output;
    const documents = texts(12, 4);
    expect(await predicted(back, documents)).toEqual(await predicted(trained.run, documents));
    const [own, theirs] = await Promise.all([describeRun(trained.run), describeRun(back)]);
    expect(theirs).toMatchObject({ status: 'finished', bestEpoch: own.bestEpoch, validation: own.validation });
    const data = trained.test;
    const evaluated = await evaluateRun(back, { ...quiet, data: { file: data } });
    expect(evaluated.evaluation).toEqual(
      (await evaluateRun(trained.run, { ...quiet, data: { file: data } })).evaluation,
    );
    const again = importSafetensors(join(folder, 'model', 'model.safetensors'), { output });
    await expect(again).rejects.toMatchObject({ code: 'run-exists' });
  });
});

describe('what is not a network of LibMultiLabel', () => {
  const refused = shapes.filter(
    ([, { pooling, hidden, pools }]) => pooling !== 'dynamic-max' || (!hidden && pools > 1),
  );
  it.each([...refused, ['chunks without a hidden layer', { ...shapes[0][1], hidden: 0 }] as const])(
    'is refused with the reason: %s',
    (_, shape) => {
      const weights: Weights = someWeights(shape);
      expect(() => toLibMultiLabel(shape, weights)).toThrow(/it (pools by|has \d+ chunks)/);
    },
  );
});

describe('importing', () => {
  let folder: string;
  let trained: TrainedRun;
  const at = (name: string): string => join(folder, 'model', name);
  beforeAll(async () => {
    folder = await newFolder();
    trained = await trainedRun(folder);
    await exportModel(trained.run, { format: 'safetensors', folder: join(folder, 'model') });
  });

  it('takes a checkpoint of LibMultiLabel with its lists, and counts labels in the training file', async () => {
    const theirs = join(folder, 'theirs');
    await mkdir(theirs);
    const exported = await SafetensorsFile.open(at('model.safetensors'));
    const tensors = new Map<string, Awaited<ReturnType<SafetensorsFile['read']>>>();
    for (const name of exported.tensors.keys()) tensors.set(`network.${name}`, await exported.read(name));
    await exported.close();
    await writeSafetensors(join(theirs, 'model.safetensors'), tensors);
    const labels = JSON.parse(await readFile(at('labels.json'), 'utf8'));
    await writeFile(join(theirs, 'labels.txt'), labels.names.slice(0, labels.outputs).join('\r\n'));
    const read = { dataset: { train: trained.train }, text: { maxLength: 15 }, model: { padding: 'fit' } };
    const config = { ...read, engine: { name: 'reference' } };
    await writeFile(join(theirs, 'mine.xmlcnn.json'), JSON.stringify(config));
    const run = join(folder, 'runs', 'theirs');
    await importSafetensors(join(theirs, 'model.safetensors'), {
      config: join(theirs, 'mine.xmlcnn.json'),
      vocabulary: at('vocabulary.txt'),
      labels: join(theirs, 'labels.txt'),
      output: run,
    });
    expect(await predicted(run, texts(9, 5))).toEqual(await predicted(trained.run, texts(9, 5)));
    const stored = JSON.parse(await readFile(join(run, 'labels.json'), 'utf8'));
    expect(stored.trainDocuments).toBe(70);
    expect(stored.trainCounts[0]).toBeGreaterThanOrEqual(labels.trainCounts[0]);
  });

  it('takes weights of 16 bits', async () => {
    const exported = await SafetensorsFile.open(at('model.safetensors'));
    const header: Record<string, object> = {};
    const pieces: Uint8Array[] = [];
    let end = 0;
    for (const name of exported.tensors.keys()) {
      const { shape, data } = await exported.read(name);
      const upper = Uint16Array.from(new Uint32Array(data.buffer), (bits) => bits >>> 16);
      header[name] = { dtype: 'BF16', shape, data_offsets: [end, (end += upper.byteLength)] };
      pieces.push(new Uint8Array(upper.buffer));
    }
    await exported.close();
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    await writeFile(at('brain.safetensors'), Buffer.concat([length, json, ...pieces]));
    const output = join(folder, 'runs', 'brain');
    await importSafetensors(at('brain.safetensors'), { output });
    const [expected, found] = [await predicted(trained.run, texts(9, 6)), await predicted(output, texts(9, 6))];
    const furthest = Math.max(...found.flatMap((row, d) => row.map((p, y) => Math.abs(p - expected[d][y]))));
    expect(furthest).toBeGreaterThan(0);
    expect(furthest).toBeLessThan(0.02);
  });

  it('says what does not fit, and leaves no run behind', async () => {
    const output = join(folder, 'runs', 'no');
    const failure = async (): Promise<{ code: string; message: string }> =>
      importSafetensors(at('model.safetensors'), { output }).then(
        () => expect.fail('imported'),
        (error: { code: string; message: string }) => error,
      );
    const words = await readFile(at('vocabulary.txt'), 'utf8');
    await writeFile(at('vocabulary.txt'), `${words}more\n`);
    expect(await failure()).toMatchObject({ code: 'import-differs', message: expect.stringContaining('words') });
    await writeFile(at('vocabulary.txt'), words);
    await rename(at('model.safetensors'), at('kept'));
    const file = await SafetensorsFile.open(at('kept'));
    const tensors = new Map<string, Awaited<ReturnType<SafetensorsFile['read']>>>();
    for (const name of file.tensors.keys()) tensors.set(name, await file.read(name));
    await file.close();
    const changes: [name: string, shape: number[] | undefined][] = [
      ['linear1.weight', undefined],
      ['embedding.embedding.weight', [4, 3]],
      ['encoder.convs.1.weight', [5, 6, 2]],
      ['encoder.convs.0.weight', [0, 6, 2]],
      ['linear1.bias', [8]],
      ['linear2.weight', [8]],
    ];
    for (const [name, shape] of changes) {
      const changed = new Map(tensors);
      const size = shape?.reduce((n, s) => n * s, 1) ?? 0;
      if (shape) changed.set(name, { shape, data: new Float32Array(size) });
      else changed.delete(name);
      await writeSafetensors(at('model.safetensors'), changed);
      expect(await failure(), name).toMatchObject({ code: 'not-libmultilabel' });
    }
    await expect(readFile(join(output, 'config.json'))).rejects.toThrow('ENOENT');
    await rm(at('model.safetensors'));
    await rename(at('kept'), at('model.safetensors'));
  });
});
