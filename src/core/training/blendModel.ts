/**
 * A blend: a linear model and a network of one run, which score with the weighted mean of their probabilities. In `checkpoints` of its
 * run folder lie `best.safetensors` (the network, see checkpoint.ts), `linear.safetensors` (see linearCheckpoint.ts) and
 * `blend.safetensors`, sealed like them, with
 *   weight           F32 [labels]   share of the linear model's probability; the network's is 1 - weight
 * and in the metadata `format`, `version`, as JSON `bands`, `best`, `parts`, and the hashes `vocabulary` and `labels`.
 */
import { UserError } from '../base/errors.ts';
import { object, parseJson, part } from '../base/schema.ts';
import { type Batch, blocksOf, type Engine, type OnLogits, type Scorer } from '../engine/engine.ts';
import { SafetensorsFile } from '../formats/safetensors.ts';
import { writeSafetensors } from '../formats/safetensorsWrite.ts';
import type { LinearScorer, ScoringOptions } from '../linear/linearModel.ts';
import { type BandWeight, blendedLogit } from '../metrics/blendWeights.ts';
import type { NetworkShape } from '../model/network.ts';
import { cutDocuments } from '../text/corpus.ts';
import { belongsTo, checkpointDiffers } from './checkpoint.ts';
import { linearPart } from './linearCheckpoint.ts';
import { readLinearModel } from './readLinearModel.ts';
import { type FoundModel, findModel } from './readModel.ts';
import { exists, type StoredRun } from './runFolder.ts';
import type { Best } from './trainingState.ts';

const format = 'xmlcnn-blend';
const version = '1';
/** Name of the checkpoint that holds the weights. */
export const blendPart = 'blend';

/** How the parts of a blend are weighed, and how well they do on validation. */
export interface BlendInfo {
  /** The linear model's weight by label. */
  weights: Float32Array;
  /** The same where labels have it by their frequency in train; empty where one weight serves all. */
  bands: BandWeight[];
  /** Epoch of the network; score, figures and threshold of the blend. */
  best: Best;
  /** Each part alone. */
  parts: Record<BlendPartName, Omit<Best, 'epoch' | 'score'>>;
  vocabulary: string;
  labels: string;
}

export const blendPartNames = ['linear', 'network'] as const;
export type BlendPartName = (typeof blendPartNames)[number];

/** Both parts' logits of a document; they are overwritten by the next. */
export type OnParts = (document: number, linear: Float32Array, network: Float32Array) => void;

/** Logits of a block of documents that are kept while the other part scores them. */
const mostLogits = 1 << 24;

export class BlendModel implements Scorer {
  /** Called with the parts' logits of each document before the blend's are given. */
  onParts?: OnParts;

  constructor(
    readonly linear: LinearScorer,
    readonly network: Engine,
    private readonly info: Pick<BlendInfo, 'weights' | 'parts'>,
  ) {}

  /** The linear model's weight by label. */
  get weights(): Float32Array {
    return this.info.weights;
  }

  get parts(): BlendInfo['parts'] {
    return this.info.parts;
  }

  get shape(): NetworkShape {
    return this.network.shape;
  }

  /** The documents as the network sees them. */
  cut<T extends Pick<Batch, 'size' | 'words'> & { wordStarts: Int32Array | Float64Array }>(documents: T): T {
    return cutDocuments(documents, this.shape);
  }

  async logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    const { weights } = this;
    const row = new Float32Array(weights.length);
    const onParts: OnParts = (document, linear, network) => {
      this.onParts?.(document, linear, network);
      for (let l = 0; l < row.length; l++) row[l] = blendedLogit(linear[l], network[l], weights[l]);
      onRow(document, row);
    };
    await this.partLogits(batch, onParts, pause);
  }

  /** Block by block, the network first. */
  async partLogits(batch: Batch, onRow: OnParts, pause?: (done: number) => Promise<void>): Promise<void> {
    const { linear, network } = this;
    const { labels } = this.shape;
    for (const { from, block } of blocksOf(batch, labels, mostLogits)) {
      const kept = new Float32Array(block.size * labels);
      const half = (done: number): Promise<void> | undefined => pause?.(from + done / 2);
      await network.logits(
        this.cut(block),
        (d, row) => kept.set(row, d * labels),
        async (done) => half(done),
      );
      await linear.logits(
        block,
        (d, row) => onRow(from + d, row, kept.subarray(d * labels, (d + 1) * labels)),
        async (done) => half(block.size + done),
      );
    }
  }

  async dispose(): Promise<void> {
    await this.linear.dispose();
    await this.network.dispose();
  }
}

/** Whole or not at all. Throws `UserError`. */
export async function writeBlendInfo(path: string, info: BlendInfo): Promise<void> {
  const { weights, bands, best, parts, vocabulary, labels } = info;
  const [texts, hashes] = [
    { bands, best, parts },
    { vocabulary, labels },
  ];
  const json = Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, JSON.stringify(value)]));
  const tensors = new Map([['weight', { shape: [weights.length], data: weights }]]);
  await writeSafetensors(path, tensors, { format, version, ...json, ...hashes }, { sealed: true });
}

/** Throws `UserError`. */
export const readBlendInfo = (path: string): Promise<BlendInfo> =>
  SafetensorsFile.use(path, async (file) => {
    const { metadata: m, isSealed } = file;
    if (m.format !== format || !isSealed) throw notBlend(path);
    if (m.version !== version)
      throw new UserError(
        'checkpoint-version',
        `The weights of the blend have version ${m.version}, this program reads version ${version}`,
        'Use the program that wrote it.',
        { file: path },
      );
    const { data } = await file.read('weight');
    const told = parseJson(`{"bands":${m.bands},"best":${m.best},"parts":${m.parts}}`, object(part, {}));
    if (!told || !(data instanceof Float32Array)) throw notBlend(path);
    const { bands, best, parts } = told as unknown as Pick<BlendInfo, 'bands' | 'best' | 'parts'>; // the seal says so
    return { weights: data, bands, best, parts, vocabulary: m.vocabulary, labels: m.labels };
  });

/** The blend of a run, but for its weights. Throws `UserError` (`no-checkpoint`, `checkpoint-differs`, those of checkpoints). */
export async function findBlend(
  run: StoredRun,
  checkpoint: 'best' | 'last',
): Promise<{ network: FoundModel; info: BlendInfo }> {
  const { paths, words, labels } = run;
  const file = paths.checkpoint(blendPart);
  for (const needed of [file, paths.checkpoint(linearPart)]) if (!(await exists(needed))) throw unfinished(needed);
  const network = await findModel(run, checkpoint);
  const info = await readBlendInfo(file);
  if (belongsTo(info, words, labels)) return { network, info };
  throw checkpointDiffers(
    file,
    'The weights of the blend belong to other words or labels than those in its run folder',
  );
}

/** With an engine that holds the weights of its network. Throws `UserError`. */
export async function openBlend(
  run: StoredRun,
  network: Engine,
  info: BlendInfo,
  options: ScoringOptions,
): Promise<BlendModel> {
  const { model } = await readLinearModel(run, linearPart, options);
  return new BlendModel(model, network, info);
}

/** What a face shows of it: the weight, or those of the bands. */
export function weightText({ weights, bands }: Pick<BlendInfo, 'weights' | 'bands'>): string {
  const shown = (weight: number): string => weight.toFixed(2);
  if (bands.length === 0) return `${shown(weights[0])} linear, ${shown(1 - weights[0])} network`;
  const each = bands.map(({ band, weight }) => `${shown(weight)} for labels of ${band} documents`);
  return `linear ${each.join(', ')}; network the rest`;
}

const notBlend = (file: string): UserError =>
  new UserError('not-a-checkpoint', 'This file does not hold the weights of a blend', 'Name another run.', { file });

export const unfinished = (file: string): UserError =>
  new UserError(
    'no-checkpoint',
    'The blend of this run is not finished, or "training.save" was off',
    'Resume the run, or train it with "training.save".',
    { file },
  );
