import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import packageJson from '../../../package.json';
import type { RunConfig } from '../config/runConfig.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { makeFolder, removeFile, withFileErrors, writeAtomic } from '../base/files.ts';
import type { LinearScorer } from '../linear/linearModel.ts';
import { readLinearModel } from '../training/readLinearModel.ts';
import { blendPart, findBlend } from '../training/blendModel.ts';
import { linearPart } from '../training/linearCheckpoint.ts';
import { isMean, readMeanInfo, readMember } from '../training/meanModel.ts';
import { readModel, type StoredModel } from '../training/readModel.ts';
import { readRun, type StoredRun } from '../training/runFolder.ts';
import { readSummary } from '../training/runSummary.ts';
import { safetensorsPieces } from '../formats/safetensorsWrite.ts';
import { libMultiLabelNetwork, toLibMultiLabel } from './libMultiLabel.ts';
import { blendCard, linearModelCard, modelCard } from './modelCard.ts';
import { onnxModel } from './onnx/onnxModel.ts';
import { isShard, tensorFlowModel } from './tfjs/tfjsModel.ts';

export const exportFormats = ['safetensors', 'onnx', 'tfjs'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Progress is reported in bytes written, of all. */
export interface ExportOptions extends WorkOptions {
  format: ExportFormat;
  /** Folder to write into; `exports/<format>` in the run folder where absent. Files of the same names are replaced, and weight files of an earlier model. */
  folder?: string;
  /** Default: best. */
  checkpoint?: 'best' | 'last';
}

export interface ExportResult {
  run: string;
  format: ExportFormat;
  folder: string;
  /** Names of the files; the first is the model, the last the card. */
  files: string[];
  bytes: number;
}

/** A file in pieces. */
type Content = readonly (Uint8Array | string)[];

/** Most bytes between two looks at the signal. */
const piece = 1 << 24;

/**
 * Writes a run's model for other programs, with its vocabulary, labels, config and a model card.
 * Throws `UserError` (those of `readModel` and of writing, `no-such-network`, `too-large-for-onnx`) and `Cancelled`.
 */
export async function exportModel(runFolder: string, options: ExportOptions): Promise<ExportResult> {
  const { format, checkpoint = 'best', signal } = options;
  const run = await readRun(runFolder);
  if (isMean(run.config)) return exportMean(run, options);
  if (run.config.model.type === 'linear') return exportLinear(run, options);
  if (run.config.model.type === 'blend') return exportBlend(run, options);
  const model = await readModel(run, checkpoint);
  if (signal?.aborted) throw new Cancelled();
  const { paths } = run;
  const folder = resolve(options.folder ?? join(paths.folder, 'exports', format));
  const summary = await readSummary(paths.summary);
  const card = modelCard(model, { version: packageJson.version, use: uses[format](model), summary });
  const files = new Map<string, Content>([...writers[format](model), ...companions(run), ['README.md', [card]]]);
  await makeFolder(folder);
  const bytes = await writeFiles(folder, files, options);
  if (format === 'tfjs') await withFileErrors(folder, () => removeOlderShards(folder, files));
  return { run: paths.folder, format, folder, files: [...files.keys()], bytes };
}

/** The networks of all seeds side by side; no graph holds their mean. */
async function exportMean(run: StoredRun, options: ExportOptions): Promise<ExportResult> {
  const { format, signal } = options;
  const { paths, config } = run;
  const { seeds, best } = await readMeanInfo(run);
  if (format !== 'safetensors' || config.model.type !== 'xml-cnn')
    throw new UserError(
      'no-such-network',
      'The mean of several seeds is written as safetensors of networks alone',
      `Export one of them, such as ${paths.member(seeds[0])}.`,
      { file: paths.folder },
    );
  const models: StoredModel[] = [];
  for (const seed of seeds) models.push(await readModel(await readMember(run, seed), 'best'));
  if (signal?.aborted) throw new Cancelled();
  const [first] = models;
  const names = seeds.map((seed) => `seed-${seed}.safetensors`);
  const own = { ...first, run, info: { ...first.info, state: { ...first.info.state, best } } };
  const use = `Each of ${names.map((name) => `\`${name}\``).join(', ')} holds a network, trained from another seed; the probability of a label is the mean of theirs. ${uses.safetensors(first).replace('`model.safetensors`', 'Each')}`;
  const card = modelCard(own, { version: packageJson.version, use, summary: await readSummary(paths.summary) });
  const contents = models.flatMap((model) => [...writers.safetensors(model).values()]);
  const networks = names.map((name, i): [string, Content] => [name, contents[i]]);
  const files = new Map<string, Content>([...networks, ...companions(run), ['README.md', [card]]]);
  const folder = resolve(options.folder ?? join(paths.folder, 'exports', format));
  await makeFolder(folder);
  const bytes = await writeFiles(folder, files, options);
  return { run: paths.folder, format, folder, files: [...files.keys()], bytes };
}

/** A linear model goes out as it stands in its checkpoint. */
async function exportLinear(run: StoredRun, options: ExportOptions): Promise<ExportResult> {
  const { format, checkpoint = 'best', signal } = options;
  const { paths } = run;
  if (format !== 'safetensors')
    throw new UserError(
      'no-such-network',
      `A linear model cannot be written as ${format === 'onnx' ? 'ONNX' : 'a TensorFlow.js graph'}`,
      'Export it as safetensors; docs/exports.md says how it is read.',
      { file: paths.folder },
    );
  const found = await readLinearModel(run, checkpoint);
  await found.model.dispose(); // what it is made of is still there
  if (signal?.aborted) throw new Cancelled();
  const summary = await readSummary(paths.summary);
  const card = linearModelCard(run, found, { version: packageJson.version, use: linearUse(found.model), summary });
  const file = paths.checkpoint(checkpoint);
  const bytes = await withFileErrors(file, () => readFile(file));
  const folder = resolve(options.folder ?? join(paths.folder, 'exports', format));
  const files = new Map<string, Content>([['model.safetensors', [bytes]], ...companions(run), ['README.md', [card]]]);
  await makeFolder(folder);
  const written = await writeFiles(folder, files, options);
  return { run: paths.folder, format, folder, files: [...files.keys()], bytes: written };
}

/** The network under LibMultiLabel's names, the linear model and the weights as they stand in their checkpoints. */
async function exportBlend(run: StoredRun, options: ExportOptions): Promise<ExportResult> {
  const { format, checkpoint = 'best', signal } = options;
  const { paths } = run;
  if (format !== 'safetensors')
    throw new UserError(
      'no-such-network',
      `A blend cannot be written as ${format === 'onnx' ? 'ONNX' : 'a TensorFlow.js graph'}: its linear part looks up word sequences`,
      'Export it as safetensors, or train a network alone ("model.type": "xml-cnn") and export that.',
      { file: paths.folder },
    );
  const { info } = await findBlend(run, checkpoint);
  const network = await readModel(run, checkpoint);
  const { model: linear } = await readLinearModel(run, linearPart);
  await linear.dispose(); // what it is made of is still there
  if (signal?.aborted) throw new Cancelled();
  const summary = await readSummary(paths.summary);
  const use = `${uses.safetensors(network)} ${blendUse}`;
  const card = blendCard(network, { linear, info }, { version: packageJson.version, use, summary });
  const parts: [string, Content][] = [];
  for (const name of [linearPart, blendPart]) {
    const file = paths.checkpoint(name);
    parts.push([`${name}.safetensors`, [await withFileErrors(file, () => readFile(file))]]);
  }
  const folder = resolve(options.folder ?? join(paths.folder, 'exports', format));
  const files = new Map([...writers.safetensors(network), ...parts, ...companions(run)]).set('README.md', [card]);
  await makeFolder(folder);
  const bytes = await writeFiles(folder, files, options);
  return { run: paths.folder, format, folder, files: [...files.keys()], bytes };
}

const blendUse =
  "`linear.safetensors` is the linear model, and `weight` in `blend.safetensors` its share by label: a label's probability is weight times the linear model's and 1 - weight times the network's. Words whose ids the network has no vector for count as `<unk>` for it.";

const linearUse = ({ features }: LinearScorer): string =>
  `${linearTensors} ${features.settings.values === undefined ? valuesOfText : valuesOfBag}; z is the sum of value times weight, plus the bias; the probability is sigmoid(slope z), with \`slope\` in the metadata. Label i is the i-th of \`names\` in \`labels.json\`.`;

const valuesOfText = "A document is its features' (1 + ln tf) idf, scaled to length 1";
const valuesOfBag = 'A document is the values of its features, as the table below says';

const linearTensors =
  '`model.safetensors` holds the features (`feature.ngrams`: word ids, which are lines of `vocabulary.txt` counted from 0; `feature.idf`), and for each label its weights in compressed rows (`label.starts`, `label.steps`: how far each feature lies behind the one before, `label.weights`) and `label.bias`.';

const writers: Record<ExportFormat, (model: StoredModel) => Map<string, Content>> = {
  safetensors({ info, weights, run }) {
    const metadata = { format: 'pt', network: libMultiLabelNetwork(info.shape), ...metadataOf(info, run.name) };
    return new Map([['model.safetensors', safetensorsPieces(toLibMultiLabel(info.shape, weights), metadata)]]);
  },
  onnx({ info, weights, run }) {
    const metadata = metadataOf(info, run.name);
    return new Map([['model.onnx', onnxModel(run.name, info.shape, weights, packageJson.version, metadata)]]);
  },
  tfjs({ info, weights, run }) {
    const { json, shards } = tensorFlowModel(info.shape, weights, packageJson.version, metadataOf(info, run.name));
    return new Map<string, Content>([['model.json', [json]], ...shards]);
  },
};

/** What a program that uses the model may want to know of it. */
const metadataOf = ({ shape, state }: StoredModel['info'], name: string): Record<string, string> => ({
  name,
  shape: JSON.stringify(shape),
  ...(state.best && { best: JSON.stringify(state.best) }),
});

function companions(run: StoredRun): Map<string, Content> {
  return new Map([
    ['vocabulary.txt', [run.words.map((word) => `${word}\n`).join('')]],
    ['labels.json', [JSON.stringify(run.labels)]],
    ['config.json', [`${JSON.stringify(withoutFolders(run.config), null, 2)}\n`]],
  ]);
}

/** A config that says nothing of the folders of this machine. */
function withoutFolders(config: RunConfig): Partial<RunConfig> {
  const named: Partial<RunConfig> = structuredClone(config);
  delete named.output;
  const { dataset, embedding } = named;
  for (const key of ['train', 'validation', 'test', 'labelNames', 'labelsFile'] as const)
    if (dataset?.[key] !== undefined) dataset[key] = basename(dataset[key]);
  if (embedding?.file !== undefined) embedding.file = basename(embedding.file);
  return named;
}

async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, Content>,
  { signal, onProgress }: ExportOptions,
): Promise<number> {
  const sizeOf = (part: Uint8Array | string): number =>
    typeof part === 'string' ? Buffer.byteLength(part) : part.length;
  const total = [...files.values()].flat().reduce((sum, part) => sum + sizeOf(part), 0);
  let done = 0;
  for (const [name, parts] of files) {
    await writeAtomic(join(folder, name), async (write) => {
      for (const part of parts) {
        const bytes = typeof part === 'string' ? Buffer.from(part) : part;
        for (let at = 0; at < bytes.length; at += piece) {
          if (signal?.aborted) throw new Cancelled();
          const some = bytes.subarray(at, at + piece);
          await write(some);
          done += some.length;
          onProgress?.({ phase: 'exporting', done, total, unit: 'bytes' });
        }
      }
    });
  }
  return total;
}

/** Weight files of an earlier export that was cut into another number of them: its model.json is no more. */
async function removeOlderShards(folder: string, written: ReadonlyMap<string, Content>): Promise<void> {
  for (const name of await withFileErrors(folder, () => readdir(folder)))
    if (isShard(name) && !written.has(name)) await removeFile(join(folder, name));
}

const ids = ({ info: { shape } }: StoredModel): string =>
  `A word's id is its line in \`vocabulary.txt\`, counted from 0 (\`<pad>\` is 0, \`<unk>\` 1); words are made and cut at ${shape.maxLength.toLocaleString('en')} per document as \`text\` in \`config.json\` says. Output i is the i-th of \`names\` in \`labels.json\`.`;

const batches =
  'A batch holds documents of any lengths, with 0 behind the end of each: a prediction does not depend on the others of its batch.';

const uses: Record<ExportFormat, (model: StoredModel) => string> = {
  safetensors: (model) =>
    `\`model.safetensors\` holds the weights under the parameter names of LibMultiLabel's ${libMultiLabelNetwork(model.info.shape)}. ${paddingAdvice(model)} ${ids(model)}`,
  onnx: (model) =>
    `\`model.onnx\` takes \`input_ids\` (int64, documents × words) and gives \`probabilities\` (float32, documents × labels). ${batches} ${ids(model)}`,
  tfjs: (model) =>
    `\`model.json\` is a graph model for \`tf.loadGraphModel\`: it takes \`input_ids\` (int32, documents × words) and gives \`probabilities\` (float32, documents × labels). ${batches} ${ids(model)}`,
};

function paddingAdvice({ info: { shape } }: StoredModel): string {
  const largest = Math.max(...shape.filterSizes);
  const own =
    shape.padding === 'overhang' && largest > 1
      ? `Put ${largest - 1} zeros behind the words of a document`
      : `Put zeros behind the words of a document that has fewer than ${largest}`;
  return `${own}, and give it documents one at a time: it pools over the padding of a batch.`;
}
