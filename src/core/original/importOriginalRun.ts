import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { completeConfig } from '../config/layers.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { type DatasetFile, pathOf, type SeekableSource } from '../data/document.ts';
import { findSplits, type Splits } from '../data/findSplits.ts';
import { readNumberedNames, readVocabulary } from '../data/formats/numpy.ts';
import { openDataset } from '../data/openDataset.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import type { NetworkShape } from '../model/network.ts';
import { writeImportedRun } from '../training/importRun.ts';
import type { StoredLabels } from '../training/runFolder.ts';
import { readTorchCheckpoint } from '../formats/torchCheckpoint.ts';
import { originalNetwork } from './originalNetwork.ts';

interface OriginalRunOptions {
  /** Folder of the new run. */
  run: string;
  /** The original program's dataset: its splits, and vocab.npy and label_set.txt beside them. */
  data?: string;
  /** vocab.npy, where it is not with the data. */
  vocabulary?: string;
  /** Lines of `number:name`, where they are not with the data. */
  labelSet?: string;
  /** Words that documents are padded to; as the weights say where absent. */
  maxLength?: number;
  signal?: AbortSignal;
}

interface ImportedOriginalRun {
  shape: NetworkShape;
  epoch?: number;
  /** Tensors that are left out. */
  unused: string[];
}

/**
 * Makes a run of one of the original program's checkpoints, with its own wiring (`pooling: "seed"`).
 * Throws `UserError` (`no-vocabulary`, `labels-differ`, `run-exists`, those of the checkpoint, of `originalNetwork` and of the data), `Cancelled`.
 */
export async function importOriginalRun(checkpoint: string, options: OriginalRunOptions): Promise<ImportedOriginalRun> {
  const splits = options.data === undefined ? {} : await findSplits(datasetFile(options.data));
  const beside = splits.train === undefined ? undefined : dirname(splits.train.file);
  const vocabularyFile = options.vocabulary ?? (beside === undefined ? undefined : join(beside, 'vocab.npy'));
  if (vocabularyFile === undefined) throw noVocabulary(checkpoint);
  const vocabulary = await readVocabulary(vocabularyFile);
  const { state, epoch } = await readTorchCheckpoint(checkpoint);
  const { shape, weights, words, unused } = originalNetwork(state, vocabulary, checkpoint, options.maxLength);
  const train = splits.train === undefined ? undefined : (await openDataset(splits.train, { onError: 'skip' })).source;
  const names = await labelNames(options.labelSet, train);
  const labels = await storedLabels(shape.labels, names, train, options.signal);
  const config = configOf(shape, {
    ...splits,
    train: splits.train ?? { file: join(dirname(vocabularyFile), 'x_train.npz') },
  });
  const origin = 'pytorch';
  await writeImportedRun(options.run, { config, words, labels, shape, weights, epochs: epoch ?? 0, origin });
  return { shape, epoch, unused };
}

async function labelNames(
  file: string | undefined,
  train: SeekableSource | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (file !== undefined) return readNumberedNames(file);
  if (train === undefined) return new Map();
  const beside = join(dirname(train.file), 'label_set.txt');
  return train.labelNames.size === 0 && existsSync(beside) ? readNumberedNames(beside) : train.labelNames;
}

/** Labels by their column, with their training documents where there is a dataset. */
async function storedLabels(
  outputs: number,
  display: ReadonlyMap<string, string>,
  train: SeekableSource | undefined,
  signal?: AbortSignal,
): Promise<StoredLabels> {
  const names = Array.from({ length: outputs }, (_, label) => String(label));
  const trainCounts = new Array<number>(outputs).fill(0);
  let trainDocuments = 0;
  for await (const { labels } of train ?? []) {
    if (signal?.aborted) throw new Cancelled();
    trainDocuments++;
    for (const label of labels) {
      if (!(Number(label) < outputs))
        throw new UserError(
          'labels-differ',
          `The dataset has a label ${label}, the checkpoint ${outputs} labels`,
          'Name the dataset that it was trained on.',
          {
            file: train?.file,
          },
        );
      trainCounts[Number(label)]++;
    }
  }
  return { names, outputs, display: names.map((name) => display.get(name) ?? null), trainCounts, trainDocuments };
}

function configOf(
  { maxLength, dim, filterSizes, filters, hidden, vocabulary, labels }: NetworkShape,
  splits: Splits & { train: DatasetFile },
): RunConfig {
  const { train, validation, test } = splits;
  const files = {
    train: resolve(pathOf(train)),
    ...(validation && { validation: resolve(pathOf(validation)) }),
    ...(test && { test: resolve(pathOf(test)) }),
  };
  return completeConfig(
    {
      dataset: { ...files, validationFraction: 0 },
      text: { maxLength, vocabularySize: Math.max(1, vocabulary - 2) },
      embedding: { dim, train: false },
      model: { filterSizes, filters, pooling: 'seed', pools: 1, hidden, padding: 'fit' },
      training: { patience: 0 },
      evaluation: { k: [1, 3, 5].filter((k) => k <= labels) },
    },
    'seed-rcv1',
  );
}

const noVocabulary = (file: string): UserError =>
  new UserError(
    'no-vocabulary',
    'A checkpoint does not hold its words',
    "Name the original program's dataset folder with --data, or its vocab.npy with --vocabulary.",
    { file },
  );
