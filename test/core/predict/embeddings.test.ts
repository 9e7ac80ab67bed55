import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { embedDataset } from '../../../src/core/predict/embedDataset.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { outputOf, pythonWith, skipped } from '../../tools.ts';
import { trainedRun } from '../export/trained.ts';
import { temporaryFolders } from '../training/folder.ts';

const newFolder = temporaryFolders();
const python = pythonWith('numpy');

interface Line {
  id: string;
  labels: string[];
  vector: number[];
}
const linesOf = async (file: string): Promise<Line[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The numbers of a .npy file of float32 in C order. */
function matrixOf(bytes: Buffer): { shape: string; rows: Float32Array } {
  const start = 10 + bytes.readUInt16LE(8);
  const shape = /'descr': '<f4'.*'shape': (\(.*?\))/.exec(bytes.toString('latin1', 10, start))![1];
  return {
    shape,
    rows: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)),
  };
}

describe.each([
  ['hidden', 7],
  ['pooled', 20],
] as const)('the %s vectors of a dataset', (layer, size) => {
  it('are those of each text alone, in both files, with ids and labels', async () => {
    const folder = await newFolder();
    const { run, test } = await trainedRun(folder, layer === 'hidden' ? {} : { hidden: 0 });
    const predictor = await loadPredictor(run);
    const files = { npy: join(folder, 'v.npy'), jsonl: join(folder, 'v.jsonl') };
    const progress: number[] = [];
    const onProgress = ({ documents = 0 }: { documents?: number }): void => void progress.push(documents);
    expect(await embedDataset(predictor, { file: test }, files, { onProgress })).toEqual({
      documents: 40,
      layer,
      size,
    });
    expect(progress.at(-1)).toBe(40);

    const { shape, rows } = matrixOf(await readFile(files.npy));
    expect(shape).toBe(`(40, ${size})`);
    const lines = await linesOf(files.jsonl);
    const documents = (await readFile(test, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, labels }) => [id, labels])).toEqual(documents.map(({ id, labels }) => [id, labels]));
    expect(Float32Array.from(lines.flatMap(({ vector }) => vector))).toEqual(rows);
    expect(rows.some((x) => x > 0)).toBe(true);
    for (const i of [0, 5, 39]) {
      const [alone] = await predictor.embed([documents[i].text]);
      expect(alone).toEqual(rows.slice(i * size, (i + 1) * size));
    }
    if (python) {
      const script =
        'import sys, numpy; m = numpy.load(sys.argv[1]); print(m.dtype, m.shape, repr(float(m.sum(dtype=float))))';
      const [type, ...rest] = outputOf(python, ['-c', script, files.npy]).split(' ');
      expect(type).toBe('float32');
      expect(Number(rest.at(-1))).toBeCloseTo(
        rows.reduce((sum, x) => sum + x, 0),
        6,
      );
    } else skipped('a Python with NumPy');
    await predictor.dispose();
  });
});

describe('embedDataset', () => {
  it('leaves no file behind where it was cancelled or a record was torn', async () => {
    const folder = await newFolder();
    const { run, test } = await trainedRun(folder);
    const predictor = await loadPredictor(run);
    const npy = join(folder, 'out', 'v.npy');
    await writeFile(join(folder, 'bad.jsonl'), `${(await readFile(test, 'utf8')).slice(0, 500)}\n{"id": 1, "text"`);
    const files = { npy: join(folder, 'v.npy'), jsonl: join(folder, 'v.jsonl') };
    const before = readdirSync(folder);
    const signal = AbortSignal.abort();
    await expect(embedDataset(predictor, { file: test }, files, { signal })).rejects.toMatchObject({
      name: 'Cancelled',
    });
    const torn = embedDataset(predictor, { file: join(folder, 'bad.jsonl') }, files);
    await expect(torn).rejects.toMatchObject({ code: 'malformed-record' });
    await expect(embedDataset(predictor, { file: test }, { npy })).rejects.toMatchObject({ code: 'folder-gone' });
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(npy)).toBe(false);
    await predictor.dispose();
  });

  it('takes one file as well as two', async () => {
    const folder = await newFolder();
    const { run, test } = await trainedRun(folder);
    const predictor = await loadPredictor(run);
    await embedDataset(predictor, { file: test }, { jsonl: join(folder, 'v.jsonl') });
    await embedDataset(predictor, { file: test }, { npy: join(folder, 'v.npy') });
    const { rows } = matrixOf(await readFile(join(folder, 'v.npy')));
    const lines = await linesOf(join(folder, 'v.jsonl'));
    expect(Float32Array.from(lines.flatMap(({ vector }) => vector))).toEqual(rows);
    await predictor.dispose();
  });
});
