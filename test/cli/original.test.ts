/** The commands that take what the original program left. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { call } from './memoryTerminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-cli-original-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixtures = resolve('test/fixtures/original');
const at = (...names: string[]): string => join(folder, ...names);

describe('xmlcnn config --from-seed', () => {
  it('writes a config and tells of each flag', async () => {
    const line = 'python main.py --mb=128 --ss=499 --sequence_length=5000 --loss=BCELoss --sed=3 > out.txt';
    const argv = ['config', '--from-seed', line, '--data', `${fixtures}/rcv-py2-p2.p`, '-o', at('seed.xmlcnn.json')];
    const { code, out } = await call(argv);
    expect(code).toBe(0);
    expect(out).toContain('--mb 128 -> training.batchSize');
    expect(out).toContain('--loss BCELoss: no effect');
    expect(out).toContain('--sed=3: no flag of the original program');
    expect(readFileSync(at('seed.xmlcnn.json'), 'utf8')).toContain('"maxLength": 5000');
    const again = await call([...argv, '--json']);
    expect([again.code, JSON.parse(again.out)]).toEqual([1, { error: expect.objectContaining({ code: 'exists' }) }]);
    const told = JSON.parse((await call([...argv, '--json', '--force'])).out) as { valid: boolean; flags: unknown[] };
    expect([told.valid, told.flags.length]).toEqual([true, 4]);
    expect((await call(['config'])).code).toBe(1);
  });
});

describe('xmlcnn import', () => {
  it('makes a run of a checkpoint that can be evaluated', async () => {
    const { code, out, err } = await call([
      'import',
      'torch',
      `${fixtures}/torch/zip.pt`,
      '--vocabulary',
      `${fixtures}/torch/vocab.npy`,
      '-o',
      at('runs/old'),
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('4 labels, 9 words, documents of 20 words');
    expect(out).toContain('Left out');
    const predicted = await call(['predict', at('runs/old'), '--text', 'the wheat', '--explain', '--json']);
    expect([predicted.code, predicted.out]).toEqual([0, expect.stringContaining('probability')]);
    const labelled = at('few.jsonl');
    writeFileSync(labelled, '{"text":"the wheat","labels":["0"]}\n{"text":"coffee","labels":["1"]}\n');
    const evaluated = await call(['evaluate', at('runs/old'), labelled]);
    expect(evaluated.err).not.toContain('error');
    expect([evaluated.code, evaluated.out]).toEqual([0, expect.stringContaining('P@1')]);
    expect((await call(['runs', at('runs')])).out).toMatch(/old +finished +17/);
    expect((await call(['import', 'torch', `${fixtures}/torch/zip.pt`, '-o', at('runs/two')])).err).toContain(
      'vocab.npy',
    );
    expect((await call(['import', 'weka', 'x'])).code).toBe(1);
  });

  it('makes a dataset of the EUR-Lex files', async () => {
    writeFileSync(at('few.arff'), '@relation x\n@attribute ID numeric\n@attribute fish numeric\n@data\n{0 1,1 2}\n');
    writeFileSync(at('few.qrels'), 'cod 1 1\n');
    const { code, out } = await call([
      'import',
      'eurlex',
      at('few.arff'),
      '--qrels',
      at('few.qrels'),
      '-o',
      at('eurlex'),
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining('1 document with 1 feature, 1 label')]);
    expect((await call(['inspect', at('eurlex/x_tr.npz')])).out).toContain('cod');
    expect((await call(['import', 'eurlex', at('few.arff')])).code).toBe(1);
  });
});

describe('the datasets as they are', () => {
  it('inspects both splits of a pickle, and one alone', async () => {
    const both = await call(['inspect', `${fixtures}/rcv-py2-p2.p`]);
    expect(both.out).toContain('rcv-py2-p2.p#train');
    expect(both.out).toContain('rcv-py2-p2.p#test');
    expect((await call(['inspect', `${fixtures}/rcv-py2-p2.p#test`])).out).not.toContain('#train');
  });

  it.each(['rcv-py2-p2.p', 'rcv'])('trains on %s and judges its test split', async (name) => {
    const file = at(`${name}.xmlcnn.json`);
    expect((await call(['init', `${fixtures}/${name}`, '-o', file])).code).toBe(0);
    const small = [
      'training.epochs=1',
      'model.filters=4',
      'embedding.dim=8',
      'engine.threads=1',
      'dataset.validationFraction=0',
      'training.retrainOnAll=false',
    ];
    const settings = [...small, 'training.patience=0', `output.name=${name}`, `output.folder=${at('trained')}`];
    const trained = await call(['train', file, ...settings.flatMap((setting) => ['--set', setting]), '--json']);
    expect(trained.err).not.toContain('error');
    expect(trained.code).toBe(0);
    const judged = await call(['evaluate', at('trained', name), '--json']);
    expect([judged.code, judged.json<{ split: string }>().split]).toEqual([0, 'test']);
  });

  it('compares feature sets by their names', async () => {
    const { code, out } = await call([
      'inspect',
      `${fixtures}/eurlex/x_te.npy`,
      '--against',
      `${fixtures}/eurlex/x_tr.npy`,
      '--words',
      '--document',
      '1',
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining('council')]);
    expect((await call(['clusters', `${fixtures}/rcv`, '--k', '2', '--no-save'])).code).toBe(0);
  });
});
