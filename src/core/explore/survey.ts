/** What a new run config wants to know of a dataset: its files, how to read them, and the figures of the training file. */
import type { DatasetFacts } from '../config/createConfig.ts';
import { completeConfig } from '../config/defaults.ts';
import { type DatasetFile, pathOf, type SourceOptions } from '../data/document.ts';
import { splitsOf } from '../data/findSplits.ts';
import { openDataset, type OpenedDataset } from '../data/openDataset.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { createTokenizer, type WordScanner } from '../text/tokenizer.ts';
import type { DatasetStatistics } from './inspectionApi.ts';
import { countDocuments, type StatisticsCollector } from './statistics.ts';

/** A file that was read through. */
export interface Survey extends OpenedDataset {
  statistics: DatasetStatistics;
  /** What the statistics were made of. */
  counts: StatisticsCollector;
}

/** The tokenizer of a config that says nothing about it. */
export const defaultTokenizer = (): Promise<WordScanner> =>
  createTokenizer(completeConfig({ dataset: { train: '' } }).text);

/** Reads one file through. Throws `UserError` and `Cancelled`. */
export async function surveyFile(
  dataset: DatasetFile,
  options: SourceOptions,
  tokenizer: WordScanner,
  work: WorkOptions = {},
): Promise<Survey> {
  const opened = await openDataset(dataset, options);
  const counts = await countDocuments(opened.source, tokenizer, work);
  return { ...opened, statistics: counts.result(), counts };
}

/**
 * Finds the files of a dataset (a file with its siblings, or a folder) and reads the training file. Paths are absolute or
 * as `data` begins. Throws `UserError` and `Cancelled`.
 */
export async function surveyDataset(
  data: DatasetFile,
  options: SourceOptions,
  work: WorkOptions = {},
): Promise<DatasetFacts> {
  const { train, validation, test } = await splitsOf(data);
  if (train === undefined)
    throw new UserError('no-splits', 'There is no training file beside this one', 'Name the training file.', {
      file: data.file,
    });
  const { source, statistics } = await surveyFile(train, options, await defaultTokenizer(), work);
  const fields = { ...options };
  delete fields.onError; // a choice of this reading
  delete fields.format; // stands in the config anyway
  return {
    train: pathOf(train),
    validation: validation && pathOf(validation),
    test: test && pathOf(test),
    documents: statistics.documents,
    labels: statistics.labels,
    meanWords: statistics.words.mean,
    p95Words: statistics.words.p95,
    labelsPerDocument: statistics.labelsPerDocument.mean,
    format: source.format,
    skipped: source.findings.skipped,
    fields,
  };
}
