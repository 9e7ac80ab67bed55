import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { parseHistory } from '../../src/core/training/runHistory.ts';
import type { Summary } from '../../src/core/training/runSummary.ts';
import { type PartialConfig, type PresetName, presets } from '../../src/core/config/presets.ts';
import { merged, recipeOf, runName, type Job, type Result } from './plan.ts';

export interface Places {
  /** Where the datasets lie, a folder each. */
  data: string;
  /** A word vector file, and how long its vectors are. */
  vectors?: string;
  /** Where unpacked files, configs and run folders are kept. */
  work: string;
  threads: number;
}

/** Why a job cannot be run here; undefined where it can. */
export function missing(
  { set: { folder, files, vectors }, preset }: Pick<Job, 'set' | 'preset'>,
  places: Places,
): string | undefined {
  const absent = Object.values(files).find((file) => !existsSync(join(places.data, folder, file)));
  if (absent !== undefined) return `${join(places.data, folder, absent)} not found`;
  if (vectors !== undefined && readsVectors(preset) && (!places.vectors || !existsSync(places.vectors)))
    return `a file of ${vectors}-d word vectors (--vectors FILE) not found`;
  return undefined;
}

/** A linear model has no word vectors. */
const readsVectors = (preset: PresetName): boolean => presets[preset].values.model?.type !== 'linear';

/** Trains and evaluates, or goes on with what was interrupted; undefined where it was interrupted again. Throws `Error`. */
export async function runJob(job: Job, places: Places): Promise<Result | undefined> {
  const config = writeConfig(job, places);
  const folder = join(places.work, 'runs', runName(job));
  const { summary: file } = runPaths(folder);
  dropOtherRecipe(job, folder);
  if (!existsSync(file)) {
    const resume = existsSync(runPaths(folder).config) ? ['--resume'] : [];
    const args = ['dist/cli.js', 'train', config, ...resume, '--threads', String(places.threads)];
    const code = await node(args);
    if (code === 130) return undefined;
    if (code !== 0) throw new Error(`xmlcnn train ended with ${code}`);
  }
  return resultOf(job, places, JSON.parse(readFileSync(file, 'utf8')) as Summary, folder);
}

/** A run folder keeps the recipe it was begun with beside it: with another, it is begun anew. */
function dropOtherRecipe(job: Job, folder: string): void {
  const note = `${folder}.recipe.json`;
  const recipe = JSON.stringify(recipeOf(job));
  if (existsSync(folder) && (!existsSync(note) || readFileSync(note, 'utf8') !== recipe))
    rmSync(folder, { recursive: true });
  mkdirSync(join(folder, '..'), { recursive: true });
  writeFileSync(note, recipe);
}

function writeConfig(job: Job, places: Places): string {
  const { set, preset, seed } = job;
  const files = Object.fromEntries(
    Object.entries(set.files).map(([split, file]) => [split, unpacked(set.folder, file, places)]),
  );
  const own: PartialConfig = {
    dataset: files,
    training: { seed },
    output: { folder: resolve(places.work, 'runs'), name: runName(job) },
    ...(set.vectors !== undefined &&
      readsVectors(preset) && { embedding: { file: resolve(places.vectors!), dim: set.vectors } }),
  };
  const values = [set.values, set.changes?.[preset] ?? {}].reduce(merged, own);
  const path = join(places.work, `${runName(job)}.xmlcnn.json`);
  writeFileSync(path, `${JSON.stringify({ extends: preset, ...values }, null, 2)}\n`);
  return path;
}

/** Path of the file, unpacked into the working folder first where it is an `.xz`. */
function unpacked(folder: string, file: string, { data, work }: Places): string {
  const packed = resolve(data, folder, file);
  if (!file.endsWith('.xz')) return packed;
  const plain = resolve(work, 'data', folder, file.slice(0, -'.xz'.length));
  if (existsSync(plain)) return plain;
  mkdirSync(join(plain, '..'), { recursive: true });
  const part = openSync(`${plain}.part`, 'w');
  const { status } = spawnSync('xz', ['-dc', packed], { stdio: ['ignore', part, 'inherit'] });
  closeSync(part);
  if (status !== 0) throw new Error(`xz could not unpack ${packed}`);
  renameSync(`${plain}.part`, plain);
  return plain;
}

/** Exit code of a Node program; a request to end is handed on to it, so that it writes its checkpoint. */
function node(args: string[]): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, pass);
    child.on('error', failed);
    child.on('exit', (code) => {
      for (const signal of signals) process.off(signal, pass);
      done(code ?? 130);
    });
  });
}

function resultOf(job: Job, places: Places, summary: Summary, folder: string): Result {
  const { metrics: log } = runPaths(folder);
  const { epochs } = parseHistory(readFileSync(log, 'utf8'), log);
  return {
    dataset: job.set.name,
    preset: job.preset,
    seed: job.seed,
    recipe: recipeOf(job),
    metrics: summary.evaluated!.metrics,
    threshold: summary.best.threshold,
    epochs: summary.epochs,
    bestEpoch: summary.best.epoch,
    retrainedEpochs: summary.retrainedEpochs,
    seconds: Math.round(summary.seconds),
    documentsPerSecond: Math.round(epochs.length / epochs.reduce((sum, e) => sum + 1 / e.documentsPerSecond, 0)),
    threads: places.threads,
    engine: summary.engine.build,
    node: process.version,
    finishedAt: summary.finishedAt,
  };
}
