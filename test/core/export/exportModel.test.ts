import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRun } from '../../../src/core/training/runListing.ts';
import { exportFormats, exportModel } from '../../../src/core/export/exportModel.ts';
import { temporaryFolders } from '../training/folder.ts';
import { expectSame, table } from './cases.ts';
import { predicted, wordIdsOf } from './exported.ts';
import { onnxRuntimes } from './onnxRuntime.ts';
import { texts, trainedRun, type TrainedRun } from './trained.ts';

const newFolder = temporaryFolders(afterAll);
const runtimes = await onnxRuntimes();

describe('exportModel', () => {
  let folder: string;
  let trained: TrainedRun;
  beforeAll(async () => {
    folder = await newFolder();
    trained = await trainedRun(folder, { padding: 'overhang' });
    const odd = join(folder, 'r', '*odd* |name|'); // as a folder may be called afterwards
    await mkdir(join(folder, 'r'));
    await rename(trained.run, odd);
    trained = { ...trained, run: odd };
  });

  it.each(exportFormats)('writes a folder that is enough: %s', async (format) => {
    const progress: [number, number][] = [];
    const result = await exportModel(trained.run, {
      format,
      onProgress: ({ done, total }) => progress.push([done, total]),
    });
    expect(result).toMatchObject({ run: trained.run, format, folder: join(trained.run, 'exports', format) });
    const model = { safetensors: 'model.safetensors', onnx: 'model.onnx', tfjs: 'model.json' }[format];
    expect(result.files[0]).toBe(model);
    expect((await readdir(result.folder)).sort()).toEqual([...result.files].sort());
    expect(result.files.slice(-4)).toEqual(['vocabulary.txt', 'labels.json', 'config.json', 'README.md']);
    expect(progress.at(-1)).toEqual([result.bytes, result.bytes]);
    for (const name of ['vocabulary.txt', 'labels.json'])
      expect(await readFile(join(result.folder, name))).toEqual(await readFile(join(trained.run, name)));
    for (const name of ['config.json', 'README.md', 'model.json'])
      if (result.files.includes(name)) expect(await readFile(join(result.folder, name), 'utf8')).not.toContain(folder);
  });

  it.each(runtimes)('gives what is needed to score a text with %s alone', async (_, open) => {
    const { folder: out } = await exportModel(trained.run, { format: 'onnx', folder: join(folder, 'onnx') });
    const documents = texts(20, 7);
    const run = await open(await readFile(join(out, 'model.onnx')));
    const { rows, columns, ids } = table(await wordIdsOf(out, documents));
    expectSame(await run(ids, rows, columns), (await predicted(trained.run, documents)).flat());
  });

  it('writes a card with data, settings, figures and limits, whatever the run is called', async () => {
    const { folder: out } = await exportModel(trained.run, { format: 'onnx' });
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toMatch(/^# \\\*odd\\\* \\\|name\\\|\n/);
    const [, ...sections] = card.split(/^## /m).map((section) => section.split('\n')[0]);
    expect(sections).toEqual(['Use', 'Data', 'Settings', 'Figures', 'Limits']);
    const summary = JSON.parse(await readFile(join(trained.run, 'summary.json'), 'utf8'));
    expect(card).toContain(`| Test | 40 documents, test.jsonl |`);
    expect(card).toContain(`| Training documents | ${summary.documents.train} |`);
    expect(card).toMatch(new RegExp(`\\| P@1 \\|.*\\| ${(100 * summary.evaluated.metrics['P@1']).toFixed(2)} \\|`));
    expect(card).toContain('| Pooling | dynamic-max, 2 chunks, padding overhang |');
    expect(card).toContain('Words beyond the 15th of a document are not read');
    expect(card).not.toContain('no label');
    const changed = { ...summary, unlabelled: { validation: 0, test: 3 } };
    await writeFile(join(trained.run, 'summary.json'), JSON.stringify(changed));
    await exportModel(trained.run, { format: 'onnx' });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain(
      '40 test documents: 3 of them have no label and count 0.',
    );
    expect(await describeRun(trained.run)).toMatchObject({ unlabelled: { validation: 0, test: 3 } });
  });

  it('leaves no weight files of a larger model behind, and no other file out', async () => {
    const out = join(folder, 'again');
    await mkdir(out);
    for (const name of ['group1-shard1of2.bin', 'group1-shard2of2.bin', 'group1-shard.bin', 'mine.bin'])
      await writeFile(join(out, name), 'x');
    const { files } = await exportModel(trained.run, { format: 'tfjs', folder: out });
    expect(files).toContain('group1-shard1of1.bin');
    expect((await readdir(out)).sort()).toEqual([...files, 'group1-shard.bin', 'mine.bin'].sort());
  });

  it('says so where the model was not evaluated, or where there is none', async () => {
    const unscored = await trainedRun(await newFolder());
    await rm(join(unscored.run, 'summary.json'));
    const { folder: out } = await exportModel(unscored.run, { format: 'tfjs', checkpoint: 'last' });
    expect(await readFile(join(out, 'README.md'), 'utf8')).not.toContain('On test');
    const none = exportModel(join(folder, 'nothing'), { format: 'onnx' });
    await expect(none).rejects.toMatchObject({ code: 'run-not-found' });
  });

  it('ends where it is told to, without a file that is half written', async () => {
    const out = join(folder, 'cancelled');
    const abort = new AbortController();
    const work = exportModel(trained.run, {
      format: 'onnx',
      folder: out,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' });
    expect(existsSync(join(out, 'README.md'))).toBe(false);
    expect((await readdir(out)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
