/**
 * Several runs of one config that differ in their seed score with the mean of their probabilities. In their parent's folder lie
 *   members/seed-N              a run folder each
 *   checkpoints/best.safetensors    sealed, without tensors; in the metadata `format`, `version`, as JSON `seeds` and `best` (what was
 *                               tuned for the mean), and the hashes `vocabulary` and `labels`
 */
import type { RunConfig } from '../config/runConfig.ts';
import { UserError } from '../base/errors.ts';
import { integer, list, object, parseJson, part } from '../base/schema.ts';
import { type Batch, blocksOf, type OnLogits, type Scorer } from '../engine/engine.ts';
import { SafetensorsFile } from '../formats/safetensors.ts';
import { writeSafetensors } from '../formats/safetensorsWrite.ts';
import { clampedLogit, sigmoid } from '../base/logits.ts';
import type { TunedDecisions } from '../metrics/decision.ts';
import { belongsTo, checkpointDiffers } from './checkpoint.ts';
import { exists, readRun, type StoredRun } from './runFolder.ts';
import type { Best } from './trainingState.ts';

const format = 'xmlcnn-mean';
const version = '1';

export interface MeanInfo {
  /** Of the members, in order. */
  seeds: number[];
  best: Best;
  vocabulary: string;
  labels: string;
}

/** Whether a run holds several: `training.seeds`. */
export const isMean = ({ training }: RunConfig): boolean => training.seeds > 1;

export const seedsOf = ({ training: { seed, seeds } }: RunConfig): number[] =>
  Array.from({ length: seeds }, (_, i) => (seed + i) % 2 ** 32);

/** The config of a member: the parent's with a seed of its own, on the documents that the parent's seed draws. */
export const memberConfig = (config: RunConfig, seed: number, folder: string): RunConfig => ({
  ...config,
  dataset: { ...config.dataset, splitSeed: config.dataset.splitSeed ?? config.training.seed },
  training: { ...config.training, seed, seeds: 1 },
  evaluation: { ...config.evaluation, baselines: false },
  output: { ...config.output, folder, name: `seed-${seed}` },
});

/** Scores of a block of documents that are kept while the members score them. */
const mostScores = 1 << 23;

export class MeanModel implements Scorer {
  constructor(private readonly members: readonly Scorer[]) {}

  get shape(): Scorer['shape'] {
    return this.members[0].shape;
  }

  /** Block by block, and in each one member after the other. */
  async logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    const { members } = this;
    const { labels } = this.shape;
    const row = new Float32Array(labels);
    for (const { from, block } of blocksOf(batch, labels, mostScores)) {
      const mean = new MeanLogits(block.size * labels);
      for (const [m, member] of members.entries())
        await member.logits(
          block,
          (d, logits) => mean.add(d * labels, logits),
          async (done) => pause?.(from + (m * block.size + done) / members.length),
        );
      for (let d = 0; d < block.size; d++) {
        mean.read(d * labels, row);
        onRow(from + d, row);
      }
    }
  }

  async dispose(): Promise<void> {
    for (const member of this.members) await member.dispose();
  }
}

/** Logits of the mean of probabilities. Those of yes and of no are added up apart, so that neither drowns in the other. */
export class MeanLogits {
  private readonly yes: Float64Array;
  private readonly no: Float64Array;

  constructor(size: number) {
    this.yes = new Float64Array(size);
    this.no = new Float64Array(size);
  }

  add(at: number, logits: Float32Array): void {
    const { yes, no } = this;
    for (let l = 0; l < logits.length; l++) {
      const x = clampedLogit(logits[l]);
      yes[at + l] += sigmoid(x);
      no[at + l] += sigmoid(-x);
    }
  }

  read(at: number, into: Float32Array): void {
    for (let l = 0; l < into.length; l++) into[l] = Math.log(this.yes[at + l] / this.no[at + l]);
  }
}

/** A model that is read when it is asked for scores, and not kept: of several, one is in memory at a time. */
export class RestingModel implements Scorer {
  constructor(
    readonly shape: Scorer['shape'],
    private readonly open: () => Promise<Scorer>,
  ) {}

  async logits(...args: Parameters<Scorer['logits']>): Promise<void> {
    const model = await this.open();
    try {
      await model.logits(...args);
    } finally {
      await model.dispose();
    }
  }

  async dispose(): Promise<void> {}
}

/** What the members decide by, averaged: for a mean that has no documents of its own to be tuned on. */
export function meanDecisions(members: readonly TunedDecisions[]): TunedDecisions {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const thresholds = members.map(({ threshold }) => threshold);
  const [ks, owns] = [members.map(({ topK }) => topK), members.map(({ own }) => own)];
  const isTuned = <T>(values: readonly (T | undefined)[]): values is T[] => !values.includes(undefined);
  if (!isTuned(thresholds)) return {};
  const one = { threshold: mean(thresholds), ...(isTuned(ks) && { topK: Math.max(1, Math.round(mean(ks))) }) };
  if (!isTuned(owns)) return one;
  const maps = owns.map(({ labels, thresholds: of }) => new Map(labels.map((label, i) => [label, of[i]])));
  const labels = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort((a, b) => a - b);
  const ofLabel = (label: number): number => mean(maps.map((map, m) => map.get(label) ?? thresholds[m]));
  return { ...one, own: { labels, thresholds: labels.map(ofLabel) } };
}

/** Whole or not at all. Throws `UserError`. */
export async function writeMeanInfo(path: string, { seeds, best, vocabulary, labels }: MeanInfo): Promise<void> {
  const texts = { seeds: JSON.stringify(seeds), best: JSON.stringify(best) };
  await writeSafetensors(path, new Map(), { format, version, ...texts, vocabulary, labels }, { sealed: true });
}

const seedsSchema = object(part, { seeds: list(integer(part, { min: 0 })) });

/** Throws `UserError` (`no-checkpoint`, `not-a-checkpoint`, `checkpoint-version`, `checkpoint-differs`). */
export async function readMeanInfo({ paths, words, labels }: StoredRun): Promise<MeanInfo> {
  const file = paths.checkpoint('best');
  if (!(await exists(file))) throw unfinished(file);
  const info = await SafetensorsFile.use(file, async ({ metadata: m, isSealed }) => {
    const seeds = parseJson(`{"seeds":${m.seeds}}`, seedsSchema)?.seeds;
    const best = parseJson(m.best, object(part, {}));
    if (m.format !== format || !isSealed || !seeds?.length || !best) throw notMean(file);
    if (m.version !== version) throw otherVersion(file, m.version);
    return { seeds, best: best as unknown as Best, vocabulary: m.vocabulary, labels: m.labels }; // the seal says so
  });
  if (belongsTo(info, words, labels)) return info;
  throw checkpointDiffers(
    file,
    'What was tuned for the mean belongs to other words or labels than those in its run folder',
  );
}

/** The run of a seed. Throws `UserError`. */
export const readMember = ({ paths }: StoredRun, seed: number): Promise<StoredRun> => readRun(paths.member(seed));

const notMean = (file: string): UserError =>
  new UserError('not-a-checkpoint', 'This file does not hold the mean of several runs', 'Name another run.', { file });

const otherVersion = (file: string, found: string): UserError =>
  new UserError(
    'checkpoint-version',
    `What was tuned for the mean has version ${found}, this program reads version ${version}`,
    'Use the program that wrote it.',
    { file },
  );

const unfinished = (file: string): UserError =>
  new UserError('no-checkpoint', 'Not all seeds of this run are trained', 'Resume the run.', { file });
