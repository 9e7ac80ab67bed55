import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunListing } from '../../src/core/training/runListing.ts';
import { call } from './memoryTerminal.ts';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

const topics = {
  fruit: ['apple', 'pear', 'plum', 'cherry'],
  metal: ['iron', 'copper', 'zinc', 'tin'],
  '\x1b[31mred': ['crimson', 'scarlet', 'ruby', 'rose'],
};

/** Texts of which each word tells its label. */
function jsonl(n: number, seed: number): string {
  const names = Object.keys(topics) as (keyof typeof topics)[];
  return Array.from({ length: n }, (_, i) => {
    const labels = names.filter((_, l) => (((i + seed) % 7) + 1) & (1 << l));
    const words = labels.flatMap((l) => [topics[l][i % 4], topics[l][(i + seed) % 4]]);
    return `${JSON.stringify({ id: `d${seed}-${i}`, text: `the ${words.join(' of ')}`, labels })}\n`;
  }).join('');
}

const config = {
  dataset: { train: 'train.jsonl', validation: 'dev.jsonl', test: 'test.jsonl', labelNames: 'names.tsv' },
  embedding: { dim: 8 },
  model: { filterSizes: [1, 2], filters: 8, pools: 1, hidden: 0, embeddingDropout: 0, hiddenDropout: 0 },
  training: { epochs: 20, batchSize: 16, learningRate: 0.02, patience: 0, monitor: 'loss' },
  evaluation: { k: [1, 3] },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-cli-'));
  await writeFile(at('train.jsonl'), jsonl(140, 0));
  await writeFile(at('dev.jsonl'), jsonl(35, 1));
  await writeFile(at('test.jsonl'), jsonl(35, 2));
  await writeFile(at('names.tsv'), 'fruit\tFruit & nuts\nmetal\tMetal\n');
  await writeFile(at('run.xmlcnn.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('inspect', () => {
  it('counts, and names lines of findings', async () => {
    await writeFile(at('bad.jsonl'), `${jsonl(3, 0)}{"id": "x"\n{"id": "d0-0", "text": " ", "labels": []}\n`);
    const { code, out } = await call(['inspect', at('bad.jsonl')]);
    expect(code).toBe(0);
    expect(out).toContain('malformed-record: 1\n    line 4 (byte ');
    expect(out).toContain('unlabelled: 1\n    line 5:');
    expect(out).not.toContain('\x1b');
    const [file] = (await call(['inspect', at('bad.jsonl'), '--json'])).json<{
      files: { statistics: { documents: number }; findings: { skipped: number } }[];
    }>().files;
    expect([file.statistics.documents, file.findings.skipped]).toEqual([4, 1]);
    const strict = await call(['inspect', at('bad.jsonl'), '--on-error', 'stop']);
    expect([strict.code, strict.err]).toEqual([1, expect.stringContaining(`${at('bad.jsonl')}:4`)]);
  });

  it('shows the splits of a folder and names labels by the map', async () => {
    await rm(at('bad.jsonl'), { force: true });
    const { out } = await call(['inspect', folder, '--label-names', at('names.tsv')]);
    expect(out).toContain(`train: ${at('train.jsonl')}`);
    expect(out).toContain(`validation: ${at('dev.jsonl')}`);
    expect(out).toMatch(/Fruit & nuts +fruit +80 +57\.1%/);
    expect(out).toContain('␛[31mred');
  });
});

describe('init and validate', () => {
  it('writes a config that is valid, and does not overwrite it unasked', async () => {
    const output = at('made.xmlcnn.json');
    expect((await call(['init', at('train.jsonl'), '-o', output])).code).toBe(0);
    const valid = await call(['validate', output, '--json']);
    expect([valid.code, valid.json()]).toEqual([0, { file: output, valid: true, diagnostics: [] }]);
    const text = await readFile(output, 'utf8');
    expect(text).toContain('"train": "train.jsonl"');
    expect(text).toContain('"test": "test.jsonl"');
    const again = await call(['init', at('train.jsonl'), '-o', output]);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('--force')]);
    expect((await call(['init', at('train.jsonl'), '-o', output, '--force'])).code).toBe(0);
  });

  it('tells what is wrong where, and exits with 1', async () => {
    await writeFile(at('wrong.xmlcnn.json'), '{\n  "dataset": { "train": "train.jsonl" },\n  "trainig": {}\n}\n');
    const { code, out } = await call(['validate', at('wrong.xmlcnn.json')]);
    expect(code).toBe(1);
    expect(out).toMatch(/wrong\.xmlcnn\.json:3:3: error: .*trainig/);
    expect(out).toContain('fix: ');
    expect(out).toContain('1 error.');
  });
});

it('validate reads the documents where it is asked to, and tells a k above the number of labels', async () => {
  await writeFile(at('k.xmlcnn.json'), JSON.stringify({ ...config, evaluation: { k: [1, 5] } }));
  expect((await call(['validate', at('k.xmlcnn.json')])).code).toBe(0);
  const { code, out } = await call(['validate', at('k.xmlcnn.json'), '--data']);
  expect([code, out]).toEqual([1, expect.stringContaining('evaluation.k 5 exceeds the 3 labels of the data')]);
  expect((await call(['validate', at('run.xmlcnn.json'), '--data'])).code).toBe(0);
});

it('validate counts the words where it reads the documents, and refuses a model that training would refuse', async () => {
  const words = Array.from({ length: 90_000 }, (_, i) => `word${(i + 17_576).toString(36)}`);
  const texts = Array.from({ length: 90 }, (_, d) => words.slice(d * 1000, (d + 1) * 1000).join(' '));
  const line = (text: string, d: number): string => `${JSON.stringify({ text, labels: [d % 2 ? 'odd' : 'even'] })}\n`;
  await writeFile(at('wordy.jsonl'), texts.map(line).join(''));
  const wordy = (maxLength: number) => ({
    dataset: { train: 'wordy.jsonl', validationFraction: 0 },
    text: { maxLength, keepNumbers: true },
    embedding: { dim: 4096 },
    evaluation: { k: [1] },
  });
  await writeFile(at('wordy.xmlcnn.json'), JSON.stringify(wordy(1000)));
  expect((await call(['validate', at('wordy.xmlcnn.json')])).code).toBe(0);
  const { code, out } = await call(['validate', at('wordy.xmlcnn.json'), '--data']);
  expect([code, out]).toEqual([1, expect.stringContaining('needs 90,002 x 4,096 weights; training needs 4,')]);
  await writeFile(at('wordy.xmlcnn.json'), JSON.stringify(wordy(500))); // words beyond are cut, and do not count
  expect((await call(['validate', at('wordy.xmlcnn.json'), '--data'])).code).toBe(0);
});

describe('train, evaluate, predict, runs', () => {
  const training = (...more: string[]) => call(['train', at('run.xmlcnn.json'), '--threads', '1', ...more]);

  it('train learns, and what it says is what it wrote', async () => {
    const { code, out, err } = await training('--set', 'output.name=first');
    expect(err).toContain('epoch 20/20');
    expect(code).toBe(0);
    expect(out).toMatch(/P@1\/3 +100\.00/);
    expect(out).toContain('most frequent labels');
    const listed = (await call(['runs', at('runs'), '--json'])).json<{ runs: RunListing[] }>().runs;
    expect(listed.map((r) => [r.name, r.status, r.epochs])).toEqual([['first', 'finished', 20]]);
    expect((await call(['runs', at('runs')])).out).toMatch(/first +finished +20 +\d+ +100\.00/);
  });

  it('runs gives the name that a run was given, beside that of its folder', async () => {
    const notes = at('runs/first/notes.json');
    await writeFile(notes, '{"title": "the baseline"}');
    expect((await call(['runs', at('runs')])).out).toContain('the baseline (first)');
    await rm(notes);
  });

  it('runs --sizes tells what runs and their cache take on disk, each cache once', async () => {
    interface Listed {
      sizes?: Record<'runs' | 'caches', { folder: string; bytes: number }[]>;
    }
    expect((await call(['runs', at('runs'), '--json'])).json<Listed>().sizes).toBeUndefined();
    const { sizes } = (await call(['runs', at('runs'), '--sizes', '--json'])).json<Listed>();
    const bytesIn = (folder: string): number =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => statSync(join(folder, name)))
        .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
    const prepared = readdirSync(at('.xmlcnn')).filter((name) => name.endsWith('.prepared'));
    const run = { folder: at('runs/first'), bytes: bytesIn(at('runs/first')) };
    const cached = prepared.reduce((sum, name) => sum + statSync(at('.xmlcnn', name)).size, 0);
    expect(sizes).toEqual({
      runs: [{ ...run, spare: statSync(at('runs/first/checkpoints/last.safetensors')).size }],
      caches: [{ folder: at('.xmlcnn'), bytes: cached, runs: [run.folder] }],
    });
    expect(sizes!.caches[0].bytes).toBeGreaterThan(0);
    expect(sizes!.runs[0].bytes).toBeGreaterThan(statSync(at('runs/first/checkpoints/best.safetensors')).size);
    expect((await call(['runs', at('runs'), '--sizes'])).out).toMatch(/first +\d+ MB\n.*\(cache: .*MB\nin all +\d+ MB/);
  });

  it('train of several seeds shows their mean beside each', async () => {
    const more = ['--set', 'output.name=mean', '--set', 'training.seeds=2', '--set', 'training.epochs=3'];
    const { code, out, err } = await training(...more);
    expect(code).toBe(0);
    expect(err).toContain('Seed 2 (2 of 2)');
    expect(out).toMatch(/XML-CNN, mean of 2 +seed 1 +seed 2/);
    const again = await call(['evaluate', at('runs', 'mean'), '--threshold', 'per-label']);
    expect([again.code, again.err]).toEqual([0, expect.not.stringContaining('rror')]);
    const found = await call(['predict', at('runs', 'mean'), '--text', 'the apple of pear', '--top', '1', '--explain']);
    expect(found.out).toContain('Fruit & nuts');
    const linear = await training('--set', 'model.type=linear', '--set', 'training.seeds=2');
    expect([linear.code, linear.err]).toEqual([1, expect.stringContaining('a linear model has no chance in it')]);
    await rm(at('runs', 'mean'), { recursive: true });
  });

  it('runs lists nothing where there are none yet, and misses a folder that is named', async () => {
    expect((await call(['runs', at(), '--json'])).json()).toEqual({ folder: at(), runs: [] });
    const none = await call(['runs', at('rums')]);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('No such file or folder')]);
  });

  it('prints one JSON document on standard output, logs on standard error', async () => {
    const { out, err, json } = await training('--json', '--set', 'output.name=second', '--set', 'training.epochs=2');
    expect(err).toContain('epoch 2/2');
    const result = json<{ epochs: number; history: { epoch: number }[]; summary: { evaluated: { split: string } } }>();
    expect(result.history.map((h) => h.epoch)).toEqual([1, 2]);
    expect(result.summary.evaluated.split).toBe('test');
    expect(out.startsWith('{')).toBe(true);
  });

  it('an abort leaves a run that --resume finishes like one left alone', async () => {
    type Result = { stopped: string; history: { trainLoss: number }[] };
    const settings = ['train', at('run.xmlcnn.json'), '--threads', '1', '--json', '--set', 'training.epochs=30'];
    const whole = (await call([...settings, '--set', 'output.name=whole'])).json<Result>();
    const abort = new AbortController();
    const onLog = (text: string) => {
      if (text.startsWith('epoch  3/30')) abort.abort();
    };
    const cut = await call([...settings, '--set', 'output.name=cut'], { signal: abort.signal, onLog });
    expect([cut.code, cut.json<Result>().stopped, cut.json<Result>().history.length]).toEqual([130, 'interrupted', 3]);
    const resumed = await call([...settings, '--set', 'output.name=cut', '--resume']);
    expect([resumed.code, resumed.json<Result>().stopped]).toEqual([0, 'finished']);
    const losses = ({ history }: Result) => history.map((h) => h.trainLoss);
    expect(losses(resumed.json())).toEqual(losses(whole));
    const tensors = async (run: string) => {
      const file = await readFile(at('runs', run, 'checkpoints', 'last.safetensors'));
      return file.subarray(8 + Number(file.readBigUInt64LE(0))); // the header holds times
    };
    expect((await tensors('cut')).equals(await tensors('whole'))).toBe(true);
  });

  it('--resume says where there is nothing to go on with', async () => {
    const none = await training('--resume', '--set', 'output.name=other');
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('There is no run of this config')]);
    const run = await call(['train', at('runs', 'whole')]);
    expect([run.code, run.err]).toEqual([1, expect.stringContaining('Add --resume')]);
  });

  it('evaluate judges a split or another file', async () => {
    const result = (await call(['evaluate', at('runs', 'first'), '--split', 'validation', '--json'])).json<{
      evaluation: { documents: number };
    }>();
    expect(result.evaluation.documents).toBe(35);
    const other = await call(['evaluate', at('runs', 'first'), at('train.jsonl')]);
    expect(other.out).toContain('train.jsonl, 140 documents');
    expect(other.out).toMatch(/micro P\/R\/F1, threshold per label +\d/);
    expect(other.out).toMatch(/macro P\/R\/F1, k best labels +\d/);
    const asked = await call(['evaluate', at('runs', 'first'), '--threshold', '0.35']);
    expect(asked.out).toMatch(/micro P\/R\/F1, threshold 0\.35 +\d/);
    expect(asked.out).toContain('per label (threshold 0.35):');
    const way = await call(['evaluate', at('runs', 'first'), '--threshold', 'per-label']);
    expect(way.out).toContain('By number of training documents per label (threshold per label):');
    const none = await call(['evaluate', at('nowhere')]);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('This is not a run folder')]);
    const split = await call(['evaluate', at('runs', 'first'), '--split', 'tset']);
    expect([split.code, split.err]).toEqual([1, expect.stringContaining('Did you mean "test"?')]);
  });

  it('evaluate writes matrices of scores and labels', async () => {
    const run = at('runs', 'first');
    const written = await call(['evaluate', run, '--scores', at('s.npz'), '--truth', at('t.mat'), '--above', '0.5']);
    expect(written.code).toBe(0);
    expect(written.out).toContain(`Written: ${at('s.npz')}\nWritten: ${at('t.mat')}`);
    expect((await readFile(at('t.mat'))).toString('latin1', 0, 10)).toBe('MATLAB 5.0');
    expect((await readFile(at('s.npz'))).toString('latin1', 0, 2)).toBe('PK');
    const both = await call(['evaluate', run, '--scores', at('s.npz'), '--above', '0.5', '--top', '3']);
    expect([both.code, both.err]).toEqual([1, expect.stringContaining('--top and --above exclude each other')]);
    const alone = await call(['evaluate', run, '--top', '3']);
    expect([alone.code, alone.err]).toEqual([1, expect.stringContaining('--top needs --scores')]);
  });

  it('embed writes vectors where it is told, or into the run folder', async () => {
    const run = at('runs', 'first');
    const result = (await call(['embed', run, at('test.jsonl'), '--json'])).json<{
      documents: number;
      layer: string;
      size: number;
      files: { npy: string; jsonl: string };
    }>();
    expect([result.documents, result.layer, result.size]).toEqual([35, 'pooled', 16]);
    expect(result.files.npy).toBe(join(run, 'embeddings-test.jsonl.npy'));
    expect((await readFile(result.files.npy)).length).toBe(128 + 35 * 16 * 4);
    const one = await call(['embed', run, at('test.jsonl'), '-o', at('v.jsonl')]);
    expect(one.out).toContain('35 documents as 16 numbers each, the pooled vector.');
    expect(await readFile(at('v.jsonl'), 'utf8')).toBe(await readFile(result.files.jsonl, 'utf8'));
    const wrong = await call(['embed', run, at('test.jsonl'), '-o', at('v.txt')]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('ends neither in .npy nor in .jsonl')]);
  });

  it('export writes a model, and import makes a run of it', async () => {
    const run = at('runs', 'first');
    const exported = await call(['export', run, '--format', 'safetensors', '-o', at('model')]);
    expect(exported.out).toContain(
      `${at('model')}: model.safetensors, vocabulary.txt, labels.json, config.json, README.md`,
    );
    const back = await call([
      'import',
      'safetensors',
      at('model', 'model.safetensors'),
      '-o',
      at('runs', 'back'),
      '--json',
    ]);
    expect(back.json<{ run: string }>().run).toBe(at('runs', 'back'));
    const predict = async (from: string): Promise<string> =>
      (await call(['predict', from, '--text', 'the apple of zinc'])).out;
    expect(await predict(at('runs', 'back'))).toBe(await predict(run));
    const none = await call(['export', run]);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('--format is missing')]);
    const kind = await call(['import', 'pytorch', at('x'), '-o', at('y')]);
    expect([kind.code, kind.err]).toEqual([
      1,
      expect.stringContaining('"pytorch" is none of torch, safetensors, eurlex'),
    ]);
  });

  it('predict reads standard input, a file, a dataset or a text', async () => {
    const run = at('runs', 'first');
    type Result = {
      predictions: {
        id: string;
        text: string;
        truth?: string[];
        labels: { name: string; display?: string; probability: number; explanation?: { contributions: unknown[] } }[];
      }[];
    };
    const piped = (
      await call(['predict', run, '--top', '1', '--json'], { stdin: 'the apple of pear\r\n\nthe zinc of tin' })
    ).json<Result>().predictions;
    expect(piped.map((p) => [p.id, p.text, p.labels[0].name])).toEqual([
      ['1', 'the apple of pear', 'fruit'],
      ['3', 'the zinc of tin', 'metal'],
    ]);
    expect(piped[0].labels[0].display).toBe('Fruit & nuts');
    await writeFile(at('texts.txt'), 'the apple of pear\nthe zinc of tin\n');
    const whole = (
      await call(['predict', run, at('texts.txt'), '--whole', '--threshold', '0.5', '--json'])
    ).json<Result>().predictions;
    expect(whole.map((p) => p.text)).toEqual(['the apple of pear\nthe zinc of tin']);
    expect(whole[0].labels.map((l) => l.name)).toEqual(expect.arrayContaining(['fruit', 'metal']));
    const best = await call(['predict', run, at('texts.txt'), '--threshold', 'top-k', '--json']);
    expect(best.json<{ threshold: string }>().threshold).toBe('top-k');
    const counts = best.json<Result>().predictions.map((p) => p.labels.length);
    expect(new Set(counts).size).toBe(1); // as many of every text
    const own = await call(['predict', run, at('texts.txt'), '--threshold', 'per-label', '--json']);
    expect(own.json<{ threshold: string }>().threshold).toBe('per-label');
    const wrong = await call(['predict', run, at('texts.txt'), '--threshold', 'per-labels']);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('Did you mean "per-label"?')]);
    const dataset = (await call(['predict', run, at('test.jsonl'), '--dataset', '--json'])).json<Result>().predictions;
    expect(dataset).toHaveLength(35);
    const unasked = await call(['predict', run, at('test.jsonl'), '--json']);
    expect(unasked.json<Result>().predictions).toEqual(dataset);
    expect(unasked.err).toMatch(/test\.jsonl is read by its fields; --lines takes its lines as texts/);
    const lines = await call(['predict', run, at('test.jsonl'), '--lines', '--json']);
    expect(lines.json<Result>().predictions[0].text).toMatch(/^\{"/);
    expect(lines.err).toBe('');
    const isRight = ({ truth = [], labels }: Result['predictions'][number]) =>
      labels.slice(0, truth.length).every(({ name }) => truth.includes(name));
    expect(dataset.filter(isRight).length).toBeGreaterThan(30);
    const explained = await call(['predict', run, '--text', 'the ruby of ruby \x1b[2J', '--explain', '--top', '3']);
    expect(explained.out).toContain('the ruby of ruby ␛[2J');
    expect(explained.out).toContain('␛[31mred');
    expect(explained.out).toMatch(/␛\[31mred\n +for +"[^"]*ruby[^"]*" \+/);
    const bad = await call(['predict', run], { stdin: Buffer.from([0x61, 0xff, 0x0a]) });
    expect([bad.code, bad.err]).toEqual([1, expect.stringContaining('not UTF-8')]);
  });
});
