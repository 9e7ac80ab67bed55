import { readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { analyse } from '../config/validate.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { type NetworkShape, parameters, type Weights } from '../model/network.ts';
import { LabelSet } from '../text/labelSet.ts';
import { encodeSource } from '../text/prepare.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { countLabels } from '../text/corpus.ts';
import { writeImportedRun } from '../training/importRun.ts';
import { parseLabels, type StoredLabels } from '../training/runFolder.ts';
import { SafetensorsFile } from '../formats/safetensors.ts';
import type { Best } from '../training/trainingState.ts';
import { type LibMultiLabelNetwork, namesFor } from './libMultiLabel.ts';

interface ImportOptions {
  /** Run config that says how texts are read; `config.json` beside the file where absent. */
  config?: string;
  /** Words in order of their ids, one a line, `<pad>` and `<unk>` first; `vocabulary.txt` beside the file where absent. */
  vocabulary?: string;
  /** A run's `labels.json`, or the labels in order of the outputs, one a line; `labels.json` beside the file where absent. */
  labels?: string;
  /** Folder of the new run. */
  output: string;
  signal?: AbortSignal;
}

/**
 * Makes a run of a safetensors file with the parameters of LibMultiLabel's XMLCNN or KimCNN. Labels without counts are counted in
 * the config's training file.
 * Throws `UserError` (`not-libmultilabel`, `import-differs`, `damaged-run`, `run-exists`, those of reading and of configs).
 */
export async function importSafetensors(path: string, options: ImportOptions): Promise<NetworkShape> {
  const file = resolve(path);
  const { shape: measured, weights, stored } = await readParameters(file);
  const beside = (name: string): string => join(dirname(file), name);
  const config = await readConfig(options.config ?? beside('config.json'));
  const { padding, maxLength } = { ...config.model, ...config.text, ...stored.shape };
  const shape: NetworkShape = { ...measured, padding, maxLength };
  const words = await readLines(options.vocabulary ?? beside('vocabulary.txt'));
  if (words.length !== shape.vocabulary) throw differs(file, 'words in its vocabulary', words.length, shape.vocabulary);
  const labels = await readLabels(options.labels ?? beside('labels.json'), words, config, options.signal);
  if (labels.outputs !== shape.labels) throw differs(file, 'labels', labels.outputs, shape.labels);
  const best = stored.best ?? { epoch: 1 };
  const origin = 'imported';
  const described = { config: asConfigured(config, shape), words, labels, shape, weights, origin };
  await writeImportedRun(options.output, { ...described, epochs: best.epoch, best });
  return shape;
}

interface Stored {
  shape?: Pick<NetworkShape, 'padding' | 'maxLength'>;
  best?: Best;
}

const readParameters = (path: string): Promise<{ shape: NetworkShape; weights: Weights; stored: Stored }> =>
  SafetensorsFile.use(path, async (file) => {
    const { shape, network, prefix } = shapeOf(file);
    const weights: Weights = new Map();
    const names = namesFor(shape.filterSizes, network);
    for (const spec of parameters(shape)) {
      const name = prefix + names.get(spec.name)!;
      const { shape: sizes, data } = await file.read(name);
      if (!(data instanceof Float32Array) || String(sizes) !== String(spec.shape))
        throw notLibMultiLabel(path, `"${name}" has shape [${sizes}] where the network has float32 [${spec.shape}]`);
      weights.set(spec.name, data);
    }
    if (
      weights
        .get('embedding')!
        .subarray(0, shape.dim)
        .some((x) => x !== 0)
    )
      throw notLibMultiLabel(path, 'the vector of the padding, row 0 of the embedding, is not zero');
    return { shape, weights, stored: storedIn(file) };
  });

/** The network that the sizes of the tensors imply; a checkpoint of Lightning has `network.` before each name. */
function shapeOf({ path, tensors }: SafetensorsFile): {
  shape: NetworkShape;
  network: LibMultiLabelNetwork;
  prefix: string;
} {
  const prefix = tensors.has('network.embedding.embedding.weight') ? 'network.' : '';
  const sizesOf = (name: string, dimensions: number): number[] => {
    const sizes = tensors.get(prefix + name)?.shape ?? [];
    if (sizes.length !== dimensions || sizes.includes(0))
      throw notLibMultiLabel(path, `there is no "${name}" of ${dimensions} dimensions`);
    return sizes;
  };
  const network = tensors.has(`${prefix}linear.weight`) ? 'KimCNN' : 'XMLCNN';
  const [vocabulary, dim] = sizesOf('embedding.embedding.weight', 2);
  const count = [...tensors.keys()].filter((name) => /encoder\.convs\.\d+\.weight$/.test(name)).length;
  const convolutions = Array.from({ length: Math.max(1, count) }, (_, i) => sizesOf(`encoder.convs.${i}.weight`, 3));
  const filterSizes = convolutions.map(([, , k]) => k);
  if (new Set(filterSizes).size < filterSizes.length) throw notLibMultiLabel(path, 'two filters have the same size');
  const [filters] = convolutions[0];
  const [labels, top] = sizesOf(network === 'KimCNN' ? 'linear.weight' : 'linear2.weight', 2);
  const pooled = network === 'KimCNN' ? top : sizesOf('linear1.weight', 2)[1];
  const pools = pooled / (filters * filterSizes.length);
  if (!Number.isInteger(pools) || (network === 'KimCNN' && pools !== 1))
    throw notLibMultiLabel(path, `${pooled} pooled numbers are not so many chunks of ${filters} filters of each size`);
  const hidden = network === 'KimCNN' ? 0 : top;
  const sizes = { vocabulary, dim, filterSizes, filters, pools, hidden, labels, maxLength: 1 };
  return { shape: { ...sizes, pooling: 'dynamic-max' }, network, prefix };
}

/** What an export of this program adds; others have none of it. */
function storedIn({ metadata }: SafetensorsFile): Stored {
  try {
    const { shape, best } = metadata;
    const { padding, maxLength } = JSON.parse(shape ?? '{}');
    const known = shape !== undefined && Number.isSafeInteger(maxLength);
    return { ...(known && { shape: { padding, maxLength } }), ...(best !== undefined && { best: JSON.parse(best) }) };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

async function readConfig(path: string): Promise<RunConfig> {
  const text = await withFileErrors(path, () => readFile(path, 'utf8'));
  const { config, diagnostics } = analyse(text, { file: resolve(path) });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error)
    throw new UserError('invalid-config', error.message, 'Correct it, or name another config.', { file: path });
  return config;
}

async function readLines(path: string): Promise<string[]> {
  const lines = (await withFileErrors(path, () => readFile(path, 'utf8'))).split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

async function readLabels(
  path: string,
  words: string[],
  config: RunConfig,
  signal: AbortSignal | undefined,
): Promise<StoredLabels> {
  if (extname(path) === '.json') return parseLabels(await withFileErrors(path, () => readFile(path, 'utf8')), path);
  const names = await readLines(path);
  const set = new LabelSet(names, names.map(() => undefined), new Uint32Array(names.length)); // prettier-ignore
  const { corpus, labels } = await encodeSource(
    datasetFile(config.dataset.train),
    new Vocabulary(words),
    set,
    { config },
    {
      signal,
    },
  );
  return {
    names,
    outputs: names.length,
    display: names.map((_, l) => labels.display[l] ?? null),
    trainCounts: Array.from(countLabels(corpus, labels.size).subarray(0, names.length)),
    trainDocuments: corpus.size,
  };
}

/** The config with the network as it is. */
function asConfigured(config: RunConfig, shape: NetworkShape): RunConfig {
  const { filterSizes, filters, pools, pooling, padding = 'fit', hidden, dim, maxLength } = shape;
  return {
    ...config,
    text: { ...config.text, maxLength },
    embedding: { ...config.embedding, dim },
    model: { ...config.model, filterSizes, filters, pools, pooling, padding, hidden },
  };
}

const notLibMultiLabel = (file: string, why: string): UserError =>
  new UserError(
    'not-libmultilabel',
    `These are not the parameters of LibMultiLabel's XMLCNN or KimCNN: ${why}`,
    "Save the network's state_dict() of such a model.",
    { file },
  );

const differs = (file: string, what: string, found: number, wanted: number): UserError =>
  new UserError(
    'import-differs',
    `There are ${found} ${what}, and the model has ${wanted}`,
    'Name the files that belong to the model.',
    { file },
  );
