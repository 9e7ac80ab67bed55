import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  isOf,
  jobsOf,
  parseResults,
  recipeOf,
  remaining,
  seedsOf,
  type Job,
  type Result,
} from '../../bench/quality/plan.ts';
import { fillIn, markers, report } from '../../bench/quality/report.ts';
import type { QualitySet } from '../../bench/quality/sets.ts';
import { qualitySets } from '../../bench/quality/sets.ts';
import { missing, runJob } from '../../bench/quality/train.ts';

const all = (seeds: string): Job[] => jobsOf({ datasets: [], presets: [], seeds });

const resultOf = (job: Job, p1 = 0.5): Result => ({
  dataset: job.set.name,
  preset: job.preset,
  seed: job.seed,
  recipe: recipeOf(job),
  metrics: Object.fromEntries(
    ['P@1', 'P@3', 'P@5', 'nDCG@5', 'RP@5', 'PSP@1', 'PSP@3', 'PSP@5', 'microF1', 'microF1@tuned', 'macroF1@tuned'].map(
      (name) => [name, name === 'P@1' ? p1 : 0.25],
    ),
  ),
  threshold: 0.3,
  epochs: 15,
  bestEpoch: 14,
  seconds: 600,
  documentsPerSecond: 345,
  threads: 2,
  engine: 'wasm',
  node: 'v20',
  finishedAt: '2026-01-01T00:00:00.000Z',
});

describe('the plan of npm run bench:quality', () => {
  it('has every dataset and preset once before the next seed', () => {
    const jobs = all('1-3');
    expect(jobs).toHaveLength(4 * (7 + 6 + 6)); // what has no chance in it is measured once
    expect(new Set(jobs.slice(0, 28).map(({ seed }) => seed))).toEqual(new Set([1]));
    expect(jobs.map(({ set, preset, seed }) => `${set.name} ${preset} ${seed}`).slice(26, 29)).toEqual([
      'eurlex57k best 1',
      'eurlex57k linear 1',
      'reuters libmultilabel 2',
    ]);
  });

  it('is narrowed by names, and refuses those that are none', () => {
    const jobs = jobsOf({ datasets: ['cooking'], presets: ['wide', 'paper'], seeds: '2' });
    expect(jobs.map(({ set, preset, seed }) => [set.name, preset, seed])).toEqual([
      ['cooking', 'wide', 2],
      ['cooking', 'paper', 2],
    ]);
    expect(() => jobsOf({ datasets: ['rcv1'], presets: [], seeds: '1' })).toThrow('reuters, cooking');
    expect(() => jobsOf({ datasets: [], presets: ['widest'], seeds: '1' })).toThrow('--preset widest');
  });

  it('reads seeds', () => {
    expect(seedsOf('1-3')).toEqual([1, 2, 3]);
    expect(seedsOf('7')).toEqual([7]);
    expect(seedsOf('1,4')).toEqual([1, 4]);
    for (const text of ['', '3-1', '1-', 'x', '1-99999']) expect(() => seedsOf(text)).toThrow('--seeds');
  });

  it('leaves out what is done, but not what was done with another recipe', () => {
    const jobs = all('1');
    const [done, changed] = jobs.map((job) => resultOf(job));
    changed.recipe = { training: { epochs: 2 } };
    expect(remaining(jobs, [done, changed])).toEqual(jobs.slice(1));
    expect(isOf(JSON.parse(JSON.stringify(done)) as Result, jobs[0])).toBe(true);
    expect(isOf(done, { ...jobs[0], seed: 2 })).toBe(false);
  });

  it('takes the changes of a dataset into the recipe', () => {
    const [reuters, cooking] = qualitySets;
    expect(recipeOf({ set: reuters, preset: 'wide' }).training).toMatchObject({ epochs: 30, ema: 0.999 });
    expect(recipeOf({ set: cooking, preset: 'wide' }).training).toMatchObject({ epochs: 15, ema: 0.999 });
  });

  it('passes over a last line that a kill cut off', () => {
    const line = JSON.stringify(resultOf(all('1')[0]));
    expect(parseResults(`${line}\n${line.slice(0, 40)}`)).toHaveLength(1);
    expect(parseResults('')).toEqual([]);
  });
});

describe('the tables of npm run bench:quality', () => {
  it('have a row per seed, their mean, and the peers', () => {
    const jobs = jobsOf({ datasets: ['cooking'], presets: ['wide'], seeds: '1-3' });
    const text = report([resultOf(jobs[1], 0.7), resultOf(jobs[0], 0.6)], jobs);
    const rows = text.split('\n');
    expect(rows[0]).toMatch(/^### Stack Exchange cooking/);
    expect(rows[4]).toMatch(/^\| `wide` \| 1 \| 60\.00 \/ 25\.00 \/ 25\.00 \|.*\| 15 \| 10 min, 2 threads \| 345 \|$/);
    expect(rows[5]).toContain('70.00 /');
    expect(rows[6]).toContain('| 1, 2 | **65.00 / 25.00 / 25.00** |');
    expect(rows[7]).toContain('62.1-63.4 / 37 / 25');
    expect(new Set(rows.slice(2).map((row) => row.split('|').length)).size).toBe(1);
  });

  it('leave out datasets without a result, and results of another recipe', () => {
    const [job] = all('1');
    expect(report([], [job])).toBe('');
    expect(report([{ ...resultOf(job), recipe: { training: { epochs: 1 } } }], [job])).toBe('');
  });

  it('go between the markers and nowhere else', () => {
    const filled = fillIn(`before\n\n${markers.begin}\nold\n${markers.end}\n\nafter\n`, 'new');
    expect(filled).toBe(`before\n\n${markers.begin}\n\nnew\n\n${markers.end}\n\nafter\n`);
    expect(() => fillIn('no markers', 'new')).toThrow('markers');
    expect(readFileSync('bench/RESULTS.md', 'utf8')).toContain(markers.begin);
  });
});

describe('a run of npm run bench:quality', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-quality-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const line = (i: number): string => JSON.stringify({ text: `word${i % 9} other${i % 7}`, labels: [`l${i % 9}`] });
  const set: QualitySet = {
    name: 'tiny',
    title: 'Tiny',
    folder: '.',
    files: { train: 'train.jsonl', test: 'test.jsonl' },
    values: { evaluation: { baselines: false, k: [1, 3, 5] } },
    changes: {
      wide: { embedding: { dim: 8 }, model: { filters: 4 }, training: { epochs: 3, warmupSteps: 0, batchSize: 16 } },
    },
    peers: [],
  };
  const places = { data: folder, work: folder, threads: 1 };
  const job: Job = { set, preset: 'wide', seed: 3 };

  it('says what is not there', () => {
    expect(missing({ set, preset: 'wide' }, places)).toBe(`${join(folder, 'train.jsonl')} not found`);
    for (const name of ['train', 'test'])
      writeFileSync(join(folder, `${name}.jsonl`), Array.from({ length: 90 }, (_, i) => `${line(i)}\n`).join(''));
    expect(missing({ set, preset: 'wide' }, places)).toBeUndefined();
    const withVectors = { ...set, vectors: 100 };
    expect(missing({ set: withVectors, preset: 'linear' }, places)).toBeUndefined();
    expect(missing({ set: withVectors, preset: 'wide' }, places)).toBe(
      'a file of 100-d word vectors (--vectors FILE) not found',
    );
  });

  it('trains once, is read again where it was finished, goes on where it was not, and begins anew with another recipe', async () => {
    const first = (await runJob(job, places))!;
    expect(first).toMatchObject({ dataset: 'tiny', preset: 'wide', seed: 3, epochs: 3, recipe: recipeOf(job) });
    expect(first.metrics['P@1']).toBeGreaterThan(0);
    expect(first.metrics['PSP@5']).toBeGreaterThan(0);
    expect(isOf(first, job)).toBe(true);
    expect(await runJob(job, places)).toEqual(first);
    rmSync(join(folder, 'runs', 'tiny-wide-3', 'summary.json')); // as if killed before it was written
    const { metrics, epochs } = (await runJob(job, places))!;
    expect({ metrics, epochs }).toEqual({ metrics: first.metrics, epochs: first.epochs });
    const shorter = { ...set, changes: { wide: { ...set.changes!.wide, training: { epochs: 1, batchSize: 16 } } } };
    const other = (await runJob({ ...job, set: shorter }, places))!;
    expect(other.epochs).toBe(1);
    expect(isOf(other, job)).toBe(false);
  });
});
