/** The original program's files as datasets; made with CPython, NumPy and scipy (test/fixtures/original). */
import { datasetFile } from '../../../src/core/data/datasetFile.ts';
import { fileOf } from '../../../src/core/data/findSplits.ts';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDataset, requireWordOrder } from '../../../src/core/data/openDataset.ts';
import type { PlacedDocument } from '../../../src/core/data/document.ts';
import { readVocabulary } from '../../../src/core/data/formats/numpy.ts';
import { readNpy } from '../../../src/core/formats/npy.ts';
import { numbersOf, stringsOf } from '../../../src/core/formats/pythonValues.ts';
import { openSource, readAll, scratch, splitPaths, userError } from './helpers.ts';

const fixtures = 'test/fixtures/original';
const { folder, write } = scratch();
const pickle = `${fixtures}/rcv-py2-p2.p`;

describe('pickle', () => {
  test.each(['rcv-py2-p0.p', 'rcv-py2-p1.p', 'rcv-py2-p2.p', 'rcv-py3-p0.p', 'rcv-py3-p5.p'])('%s', async (name) => {
    const path = `${fixtures}/${name}`;
    expect(await splitPaths(path)).toEqual({ train: `${path}#train`, test: `${path}#test` });
    expect((await openDataset({ file: path })).options.format).toBe('pickle');
    const { documents, source } = await readAll(`${path}#train`);
    expect(documents.map(({ id, labels }) => [id, labels])).toEqual([
      ['11', ['0', '2']],
      ['12', ['1']],
      ['13', ['2', '3']],
    ]);
    expect(documents[1].text).toBe('Café prices rise: coffee ☕ from 北京');
    expect(Object.fromEntries(source.labelNames)).toEqual({ 0: 'grain', 1: 'coffee', 2: 'energy', 3: 'mining' });
    expect(source.findings.counts).toEqual({ 'repeated-label': 1 });
    expect(source.bytesRead).toBe(source.totalBytes);
    requireWordOrder(source);
    expect((await readAll(`${path}#test`)).documents.map(({ text }) => text)).toEqual(['Coffee and wheat']);
    expect((await readAll(path)).documents).toHaveLength(4);
  });

  test('documents are read again by their numbers, packed too', async () => {
    for (const path of [pickle, write('rcv.p.gz', gzipSync(readFileSync(pickle)))]) {
      const source = await openSource(`${path}#train`);
      const placed: PlacedDocument[] = [];
      for await (const batch of source.placed()) placed.push(...batch);
      const again: PlacedDocument[][] = [];
      for await (const batch of source.again([{ first: placed[1].place, last: placed[2].place }])) again.push(batch);
      expect(again).toEqual([placed.slice(1)]);
    }
  });

  test('only pickles have parts', async () => {
    expect((await userError(openSource(`${write('plain.jsonl', '{"text":"a","labels":["b"]}')}#test`))).code).toBe(
      'no-such-part',
    );
    const named = write('odd#train', '{"text":"a","labels":["b"]}');
    expect((await readAll(named)).documents).toHaveLength(1);
  });

  test('the file that is trained on', async () => {
    expect(await fileOf(datasetFile(`${pickle}#train`))).toEqual({ file: pickle, part: 'train' });
    expect(await fileOf({ file: `${fixtures}/rcv` })).toEqual({ file: `${fixtures}/rcv/x_train.npz` });
    expect((await userError(fileOf(datasetFile(`${pickle}x#train`)))).code).toBe('file-not-found');
  });

  test('a file that has changed since is refused', async () => {
    const path = write('changing.p', readFileSync(pickle));
    const source = await openSource(`${path}#train`);
    const placed: PlacedDocument[] = [];
    for await (const batch of source.placed()) placed.push(...batch);
    writeFileSync(path, readFileSync(`${fixtures}/rcv-py3-p0.p`));
    const again = async () => {
      for await (const batch of source.again([{ first: placed[0].place, last: placed[0].place }])) void batch;
    };
    expect((await userError(again())).code).toBe('file-changed');
  });

  test('a pickle of something else, and documents without labels', async () => {
    expect((await userError(openSource(`${fixtures}/arrays-p2.pkl`))).code).toBe('not-a-seed-pickle');
    const program =
      "(lp0\n(lp1\n(dp2\nS'text'\nS'a'\nsS'catgy'\n(lp3\nsa(dp4\nS'text'\nS'b'\nsaa(lp5\na(dp6\na(lp7\na.";
    const path = write('halved.p', program);
    const { documents, source } = await readAll(path, { onError: 'skip' });
    expect(documents.map(({ text }) => text)).toEqual(['a']);
    expect(source.findings.counts).toEqual({ unlabelled: 1, 'malformed-record': 1 });
    expect(source.findings.first.find(({ skipped }) => skipped)?.message).toBe(
      'Document 2: The document has no list "catgy"',
    );
    expect((await userError(readAll(path))).code).toBe('malformed-record');
  });
});

describe('word numbers', () => {
  test('splits, words and labels', async () => {
    expect(await splitPaths(`${fixtures}/rcv`)).toEqual({
      train: `${fixtures}/rcv/x_train.npz`,
      test: `${fixtures}/rcv/x_test.npz`,
    });
    const { documents, source } = await readAll(`${fixtures}/rcv/x_train.npz`);
    expect([source.format, source.bagOfWords]).toEqual(['numpy-ids', false]);
    expect(documents.map(({ text, labels }) => [text, labels])).toEqual([
      ["the wheat n't", ['0', '2']],
      ['coffee the <UNK/> coffee', ['1']],
      ['wheat wheat wheat wheat wheat wheat', ['0', '1', '2']],
    ]);
    expect((await readAll(`${fixtures}/rcv/x_test.npz`)).documents.map(({ text }) => text)).toEqual(['coffee']);
  });

  test('a vocabulary as a list, and as Python 2 wrote it', async () => {
    const words = ['<PAD/>', 'the', 'wheat', "n't", 'coffee', '<UNK/>', '<GO/>', '<END/>'];
    expect(await readVocabulary(`${fixtures}/rcv/vocab.npy`)).toEqual(words);
    expect(await readVocabulary(`${fixtures}/rcv/vocab_inv.npy`)).toEqual(words);
    expect(await readVocabulary(`${fixtures}/vocab-py2.npy`)).toEqual([
      '<PAD/>',
      'the',
      "n't",
      'wheat',
      '<UNK/>',
      '<GO/>',
      '<END/>',
    ]);
    expect((await userError(readVocabulary(`${fixtures}/float64.npy`))).code).toBe('no-vocabulary');
  });

  test('word 0 is a word where it is no padding', async () => {
    mkdirSync(join(folder, 'plain'));
    for (const name of ['x_test.npz', 'y_test.npz'])
      copyFileSync(`${fixtures}/rcv/${name}`, join(folder, 'plain', name));
    copyFileSync(`${fixtures}/unicode.npy`, join(folder, 'plain', 'vocab_inv.npy')); // wheat, café
    const { source } = await readAll(join(folder, 'plain', 'x_test.npz'), { onError: 'skip' });
    expect(source.findings.first[0].message).toBe('Document 1: There is no word 4 in the vocabulary');
  });
});

describe('features', () => {
  test('dense matrices with names', async () => {
    expect(await splitPaths(`${fixtures}/eurlex/x_tr.npy`)).toEqual({
      train: `${fixtures}/eurlex/x_tr.npy`,
      test: `${fixtures}/eurlex/x_te.npy`,
    });
    const { documents, source } = await readAll(`${fixtures}/eurlex/x_tr.npy`);
    expect([source.format, source.bagOfWords]).toEqual(['numpy-bow', true]);
    expect(
      documents.map(({ labels, features }) => [labels, [...(features?.indices ?? [])], [...(features?.values ?? [])]]),
    ).toEqual([
      [['0'], [1, 3], [0.5, 2]],
      [['0', '1'], [0], [1.25]],
      [[], [], []],
    ]);
    expect(source.featureNames).toEqual(['fish', 'wheat', 'council', 'eec:no']);
    expect(Object.fromEntries(source.labelNames)).toEqual({ 0: 'fisheries', 1: 'grain' });
    expect(source.findings.counts).toEqual({ 'empty-document': 1, unlabelled: 1 });
  });

  test('what does not fit is told', async () => {
    mkdirSync(join(folder, 'torn'));
    const copy = (from: string, to: string) => copyFileSync(`${fixtures}/eurlex/${from}`, join(folder, 'torn', to));
    copy('x_tr.npy', 'x_tr.npy');
    const path = join(folder, 'torn', 'x_tr.npy');
    expect((await userError(openSource(path))).code).toBe('no-labels-file');
    copy('y_te.npy', 'y_tr.npy');
    expect((await userError(openSource(path))).code).toBe('rows-differ');
    writeFileSync(path, readFileSync(path).subarray(0, 200));
    expect((await userError(openSource(path))).code).toBe('damaged-npy');
    copy('x_tr.npy', 'y_tr.npy');
    copy('x_tr.npy', 'x_tr.npy');
    expect((await userError(readAll(path))).message).toContain('where 0 or 1 is expected');
  });
});

test('arrays of NumPy', () => {
  const array = (name: string) => readNpy(readFileSync(`${fixtures}/${name}.npy`), name);
  const grid = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5];
  expect(numbersOf(array('float64'))).toEqual(Float64Array.from(grid));
  expect(numbersOf(array('float32-big'))).toEqual(Float64Array.from(grid));
  expect(array('int16-fortran')).toMatchObject({ shape: [2, 3], fortran: true });
  expect(stringsOf(array('unicode'))).toEqual(['wheat', 'café']);
  expect(stringsOf(array('bytes'))).toEqual(['oil', 'gas']);
  expect(array('objects').objects).toHaveLength(3);
});
