/**
 * Checkpoints of linear models: sealed safetensors files (see formats/safetensors.ts) with the tensors of `Features` and of
 * core/linear/keptWeights.ts, and
 *   label.done       U8 [labels]         1 where the label is solved: the checkpoint of a run that was interrupted lacks some
 * Of a label tree, also `tree.parents` (core/linear/labelTree.ts); its nodes then stand behind the labels in the tensors of labels.
 * In the metadata are `format`, `version`, `slope`, of a tree `treeLabels`, and as JSON `settings`, `state`, `recipe`; `seed` and the hashes of what the ids
 * belong to: `vocabulary`, `labels`, `data`.
 * Of a run on bags of words, `feature.ngrams` is [features, 1]: words are features there, by their names or numbers, and `settings`
 * say in `values` what a document's values are (`linear.features`).
 */
import { UserError } from '../base/errors.ts';
import { object, boolean, integer, oneOf, optional, parseJson, part, type Infer } from '../base/schema.ts';
import { SafetensorsFile, type TensorData } from '../formats/safetensors.ts';
import { writeSafetensors } from '../formats/safetensorsWrite.ts';
import { Features } from '../linear/features.ts';
import { isLabelTree, type LabelTree } from '../linear/labelTree.ts';
import { labelsIn, labelTensors, type LabelWeights } from '../linear/keptWeights.ts';
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
  /** By label, then by node of the tree; undefined where it is not solved yet. */
  labels: (LabelWeights | undefined)[];
  tree?: LabelTree;
  ngrams: Int32Array;
  idf: Float32Array;
}

/** Whole or not at all. Throws `UserError`. */
export async function writeLinearCheckpoint(
  path: string,
  features: Features,
  labels: readonly (LabelWeights | undefined)[],
  info: LinearInfo,
  tree?: LabelTree,
): Promise<void> {
  const done = Uint8Array.from(labels, (label) => (label ? 1 : 0));
  const tensors = new Map([...features.tensors, ...labelTensors(labels)]);
  tensors.set('label.done', { shape: [done.length], data: done });
  if (tree) tensors.set('tree.parents', { shape: [tree.parents.length], data: tree.parents });
  const { seed, slope, vocabulary, labels: names, data } = info;
  const json = (value: unknown): string => JSON.stringify(value);
  const texts = { settings: json(info.settings), state: json(info.state), recipe: json(info.recipe) };
  const hashes = { vocabulary, labels: names, data };
  const treeLabels = tree && { treeLabels: String(tree.labels) };
  const metadata = { format, version, slope: String(slope), seed: String(seed), ...texts, ...hashes, ...treeLabels };
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
    const tree = treeIn(file, data.get('tree.parents'));
    if (tree && tree.parents.length !== labels.length) throw notLinear(path);
    return { info, labels: labels.map((label, l) => (done[l] ? label : undefined)), tree, ngrams, idf };
  });

function treeIn({ path, metadata }: SafetensorsFile, parents: TensorData | undefined): LabelTree | undefined {
  if (parents === undefined) return undefined;
  const tree = parents instanceof Int32Array && { labels: Number(metadata.treeLabels), parents };
  if (!tree || !isLabelTree(tree)) throw notLinear(path);
  return tree;
}

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
