/** A training run of some seconds with everything in it that is written, for tests that disturb it. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bitsAt } from '../../src/core/base/random.ts';
import { SafetensorsFile } from '../../src/core/formats/safetensors.ts';
import { type BlendInfo, readBlendInfo } from '../../src/core/training/blendModel.ts';
import { type CheckpointInfo, readCheckpointInfo } from '../../src/core/training/checkpoint.ts';
import { type LinearInfo, readLinearInfo } from '../../src/core/training/linearCheckpoint.ts';
import { runPaths } from '../../src/core/training/runFolder.ts';
import type { TrainingState } from '../../src/core/training/trainingState.ts';
import { linesOf, tensorsOf } from '../core/training/setup.ts';

/** Made-up documents: each names its labels and adds noise. */
function dataset(documents: number, seed: number): string {
  const line = (i: number): string => {
    const random = (index: number, n: number): number => bitsAt(seed, 64 * i + index) % n;
    const labels = [...new Set([random(0, 40), random(1, 40)])].map((label) => `topic${'abcdefgh'[label % 8]}${label}`);
    const noise = Array.from({ length: 30 }, (_, w) => `noise${'abcdefgh'[random(2 + w, 8)]}${random(2 + w, 400)}`);
    return JSON.stringify({ id: i, text: [...labels, ...noise].join(' '), labels });
  };
  return `${Array.from({ length: documents }, (_, i) => line(i)).join('\n')}\n`;
}

/** `train.jsonl` and `test.jsonl`, which the configs name. */
export async function writeData(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'train.jsonl'), dataset(1200, 1));
  await writeFile(join(folder, 'test.jsonl'), dataset(200, 2));
}

/** Kinds of models whose runs are disturbed. */
export const kinds = ['xml-cnn', 'linear', 'blend'] as const;
export type Kind = (typeof kinds)[number];
/** Drives that fail are tried on blends too where XMLCNN_FAULTS=all: they write what networks and linear models write. */
export const kindsOnDisk: readonly Kind[] = process.env.XMLCNN_FAULTS === 'all' ? kinds : ['xml-cnn', 'linear'];

const network = {
  embedding: { dim: 32 },
  model: { filterSizes: [1, 2, 4], filters: 32, pools: 2, hidden: 64 },
  training: {
    ...{ epochs: 6, batchSize: 16, learningRate: 0.002, warmupSteps: 20, schedule: 'cosine', ema: 0.99, clip: 1 },
    ...{ weightDecay: 0.001, monitor: 'loss', patience: 0, retrainOnAll: true },
    ...{ checkpointEvery: 2, keep: 2, saveBestEpochLoss: true, saveBestBatchLoss: true },
  },
};

const settings: Record<Kind, object> = {
  'xml-cnn': network,
  linear: { extends: 'linear', text: { ngrams: 3 } },
  blend: { ...network, model: { ...network.model, type: 'blend' } },
};

/** A config beside the data; `output` says where else the run or its cache is to be. */
export async function writeConfig(
  folder: string,
  name: string,
  { kind = 'xml-cnn', ...output }: { kind?: Kind; folder?: string; cacheFolder?: string } = {},
): Promise<string> {
  const path = join(folder, `${name}.xmlcnn.json`);
  const config = {
    ...settings[kind],
    dataset: { train: 'train.jsonl', test: 'test.jsonl' },
    output: { folder: 'runs', name, cacheFolder: `cache-${name}`, ...output },
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

type AnyInfo = CheckpointInfo | LinearInfo | (BlendInfo & { state?: undefined });

/** What a checkpoint says of itself, whatever the kind of its model. */
export const infoOf = (path: string): Promise<AnyInfo> =>
  SafetensorsFile.use(path, ({ metadata: { format } }): Promise<AnyInfo> => {
    if (format === 'xmlcnn-blend') return readBlendInfo(path);
    return format === 'xmlcnn-linear' ? readLinearInfo(path) : readCheckpointInfo(path);
  });

/** Where the run stands that wrote a checkpoint. */
export async function stateOf(path: string): Promise<TrainingState> {
  const { state } = await infoOf(path);
  if (!state) throw new Error(`${path} has no state`);
  return state;
}

/** Every tensor and state of the run's checkpoints, and its lines of metrics, but for what the clock decides. */
export async function outcome(run: string) {
  const paths = runPaths(run);
  const checkpoints: Record<string, unknown> = {};
  for (const file of (await readdir(paths.checkpoints)).sort()) {
    const path = join(paths.checkpoints, file);
    const { state, ...info } = await infoOf(path);
    const timeless = state && { ...state, metricsBytes: 0, seconds: 0, epochSeconds: 0 };
    checkpoints[file] = { tensors: await tensorsOf(path), state: timeless, info };
  }
  return { checkpoints, lines: await linesOf(paths.metrics) };
}

export type Outcome = Awaited<ReturnType<typeof outcome>>;
