import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { PartialConfig } from '../../../src/core/config/presets.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import type { Engine } from '../../../src/core/engine/engine.ts';
import { bitsAt, key32 } from '../../../src/core/base/random.ts';
import { type Corpus, countLabels } from '../../../src/core/text/corpus.ts';
import { LabelSet } from '../../../src/core/text/labelSet.ts';
import type { PreparedData } from '../../../src/core/text/prepare.ts';
import { Vocabulary } from '../../../src/core/text/vocabulary.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { SafetensorsFile } from '../../../src/core/formats/safetensors.ts';
import type { EngineFactory } from '../../../src/core/training/engineOptions.ts';
import { type TrainOptions, trainWith } from '../../../src/core/training/trainer.ts';

const labelCount = 5;
const wordCount = 22;

/** Documents of 3 to 9 words; each has a label or two, and for each label two words of its own. */
export function makeCorpus(size: number, seed: number): Corpus {
  const words: number[] = [];
  const labels: number[] = [];
  const [wordStarts, labelStarts] = [[0], [0]];
  for (let i = 0; i < size; i++) {
    const random = (index: number, n: number): number => bitsAt(key32(seed, i), index) % n;
    const own = [...new Set([random(0, labelCount), ...(random(1, 2) ? [random(2, labelCount)] : [])])].sort();
    for (const label of own) words.push(2 + 2 * label, 3 + 2 * label);
    for (let w = 0; w < 1 + random(3, 5); w++) words.push(1 + random(4 + w, wordCount - 1));
    labels.push(...own);
    wordStarts.push(words.length);
    labelStarts.push(labels.length);
  }
  return {
    size,
    words: Int32Array.from(words),
    wordStarts: Float64Array.from(wordStarts),
    labels: Int32Array.from(labels),
    labelStarts: Uint32Array.from(labelStarts),
    ids: Array.from({ length: size }, (_, i) => String(i + 1)),
  };
}

export function makeData(changes: Partial<PreparedData> = {}): PreparedData {
  const train = makeCorpus(22, 1);
  const names = Array.from({ length: labelCount }, (_, l) => `label ${l}`);
  return {
    train,
    validation: makeCorpus(9, 2),
    test: makeCorpus(7, 3),
    vocabulary: new Vocabulary(['<pad>', '<unk>', ...Array.from({ length: wordCount - 2 }, (_, w) => `word${w}`)]),
    labels: new LabelSet(
      names,
      names.map((_, l) => (l === 1 ? 'Second' : undefined)),
      countLabels(train, labelCount),
    ),
    fromCache: false,
    report: { splits: {} } as never, // what the reading found is not read by training
    ...changes,
  };
}

/** A small run with every part that has state: dropout, clipping, averaging, decay, a schedule. */
export function makeConfig(folder: string, training: PartialConfig['training'] = {}): RunConfig {
  return completeConfig({
    dataset: { train: join(folder, 'train.jsonl') },
    text: { maxLength: 12 },
    embedding: { dim: 4 },
    model: { filterSizes: [1, 2], filters: 3, pools: 2, hidden: 4 },
    training: {
      epochs: 3,
      batchSize: 5,
      learningRate: 0.02,
      warmupSteps: 3,
      schedule: 'cosine',
      weightDecay: 0.01,
      clip: 0.5,
      ema: 0.9,
      patience: 0,
      ...training,
    },
    evaluation: { k: [1, 3], baselines: false },
    engine: { name: 'reference' },
    output: { folder, name: 'run' },
  });
}

export const reference: EngineFactory = async (options) => createReferenceEngine(options);

/** The reference engine with some calls replaced; `engine` is the real one. */
export const altered =
  (change: (engine: Engine) => Partial<Engine>): EngineFactory =>
  async (options) => {
    const engine = createReferenceEngine(options);
    const changes = change(engine);
    return new Proxy(engine, {
      get(target, name) {
        const value: unknown = Reflect.get(name in changes ? changes : target, name);
        return typeof value === 'function' ? value.bind(name in changes ? changes : target) : value;
      },
    });
  };

export async function run(
  config: RunConfig,
  options: Partial<TrainOptions> & { data?: PreparedData; makeEngine?: EngineFactory } = {},
) {
  const { data = makeData(), makeEngine = reference, ...rest } = options;
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    events.push(event);
    rest.onEvent?.(event);
  };
  const result = await trainWith(config, { ...rest, onEvent }, { prepare: async () => data, makeEngine });
  return { result, events };
}

/** Name -> bytes of a checkpoint's tensors. */
export async function tensorsOf(path: string): Promise<Map<string, string>> {
  const file = await SafetensorsFile.open(path);
  const tensors = new Map<string, string>();
  for (const name of file.tensors.keys())
    tensors.set(name, Buffer.from((await file.read(name)).data.buffer).toString('base64'));
  await file.close();
  return tensors;
}

/** Lines of a metrics.jsonl without what the clock decides. */
export async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const record = JSON.parse(line);
    for (const key of ['seconds', 'epochSeconds', 'documentsPerSecond']) delete record[key];
    return record;
  });
}
