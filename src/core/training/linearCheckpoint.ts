/**
 * Checkpoints of linear models: sealed safetensors files (see formats/safetensors.ts) with the tensors of `Features` and of
 * core/linear/labelWeights.ts, and
 *   label.done       U8 [labels]         1 where the label is solved: the checkpoint of a run that was interrupted lacks some
 * In the metadata are `format`, `version`, `slope`, and as JSON `settings`, `state`, `recipe`; `seed` and the hashes of what the ids
 * belong to: `vocabulary`, `labels`, `data`.
 * Of a run on bags of words, `feature.ngrams` is [features, 1]: words are features there, by their names or numbers, and `settings`
 * say in `values` what a document's values are (`linear.features`).
 */
import { UserError } from '../base/errors.ts';
import { object, boolean, integer, oneOf, optional, parseJson, part, type Infer } from '../base/schema.ts';
import { SafetensorsFile, type TensorData } from '../formats/safetensors.ts';
import { writeSafetensors } from '../formats/safetensorsWrite.ts';
import { Features } from '../linear/features.ts';
import { labelsIn, labelTensors, type LabelWeights } from '../linear/labelWeights.ts';
import type { RunIdentity } from './checkpoint.ts';
import type { TrainingState } from './trainingState.ts';

/** Name of the checkpoint that holds the linear part of a blend. */
export const linearPart = 'linear';

const format = 'xmlcnn-linear';
const version = '2';
/** Features of weights stood in `label.features`, int32, in place of `label.steps`. */
const versionWithFeatures = '1';

const settingsSchema = object(part, {
  minWordLength: integer(part, { min: 1 }),
  sublinear: boolean(),
  values: optional(oneOf(['tfidf', 'as-given', 'unit-length'], part)),
});

export interface LinearInfo extends RunIdentity {
  state: TrainingState;
  /** Probabilities are sigmoid(slope z). */
  slope: number;
  /** How words become features. */
  settings: Infer<typeof settingsSchema>;
}

export interface LinearCheckpoint {
  info: LinearInfo;
  /** By label; undefined where it is not solved yet. */
  labels: (LabelWeights | undefined)[];
  ngrams: Int32Array;
  idf: Float32Array;
}

/** Whole or not at all. Throws `UserError`. */
export async function writeLinearCheckpoint(
  path: string,
  features: Features,
  labels: readonly (LabelWeights | undefined)[],
  info: LinearInfo,
): Promise<void> {
  const done = Uint8Array.from(labels, (label) => (label ? 1 : 0));
  const tensors = new Map([...features.tensors, ...labelTensors(labels)]);
  tensors.set('label.done', { shape: [done.length], data: done });
  const { seed, slope, vocabulary, labels: names, data } = info;
  const json = (value: unknown): string => JSON.stringify(value);
  const texts = { settings: json(info.settings), state: json(info.state), recipe: json(info.recipe) };
  const hashes = { vocabulary, labels: names, data };
  const metadata = { format, version, slope: String(slope), seed: String(seed), ...texts, ...hashes };
  await writeSafetensors(path, tensors, metadata, { sealed: true });
}

/** What a checkpoint says about itself, without its tensors. Throws `UserError`. */
export const readLinearInfo = (path: string): Promise<LinearInfo> => withFile(path, async (_, info) => info);

/** Throws `UserError`. */
export const readLinearCheckpoint = (path: string): Promise<LinearCheckpoint> =>
  withFile(path, async (file, info) => {
    const data = new Map<string, TensorData>();
    for (const name of file.tensors.keys()) data.set(name, await file.readBits(name));
    const read = (name: string): TensorData => data.get(name) ?? new Uint8Array(0);
    const [ngrams, idf, done] = [read('feature.ngrams'), read('feature.idf'), read('label.done')];
    const isWhole = ngrams instanceof Int32Array && idf instanceof Float32Array;
    const labels = labelsIn(read, idf.length);
    if (!isWhole || !labels || done.length !== labels.length) throw notLinear(path);
    return { info, labels: labels.map((label, l) => (done[l] ? label : undefined)), ngrams, idf };
  });

const withFile = <T>(path: string, work: (file: SafetensorsFile, info: LinearInfo) => Promise<T>): Promise<T> =>
  SafetensorsFile.use(path, (file) => work(file, parseInfo(file)));

function parseInfo({ path, metadata: m, isSealed }: SafetensorsFile): LinearInfo {
  if (m.format !== format || !isSealed) throw notLinear(path);
  if (m.version !== version && m.version !== versionWithFeatures)
    throw new UserError(
      'checkpoint-version',
      `The model has version ${m.version}, this program reads versions up to ${version}`,
      'Use the program that wrote it.',
      { file: path },
    );
  const settings = parseJson(m.settings, settingsSchema);
  const [state, recipe] = [m.state, m.recipe].map((json) => parseJson(json, object(part, {})));
  if (!settings || !state || !recipe) throw notLinear(path);
  const { vocabulary, labels, data } = m;
  return {
    state: state as unknown as TrainingState, // as it was written: the seal says so
    recipe,
    settings,
    slope: Number(m.slope),
    seed: Number(m.seed),
    vocabulary,
    labels,
    data,
  };
}

const notLinear = (file: string): UserError =>
  new UserError('not-a-checkpoint', 'This file is not a linear model of this program', 'Name another file.', { file });
