/** What a new run config wants to know of a dataset: its files, how to read them, and the figures of the training file. */
import type { DatasetFacts, LeftOut } from '../config/createConfig.ts';
import { completeConfig } from '../config/layers.ts';
import { type DatasetFile, pathOf, type SourceOptions } from '../data/document.ts';
import { isSameDataset } from '../data/datasetFile.ts';
import { filesBeside, splitsOf } from '../data/findSplits.ts';
import { spacelessTokenizers } from '../base/scripts.ts';
import { openDataset } from '../data/openDataset.ts';
import { readAs } from '../data/readAs.ts';
import { readThrough } from '../data/readThrough.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { createTokenizer, type TokenizerName, type WordScanner } from '../text/tokenizer.ts';
import { StatisticsCollector } from './statistics.ts';

/**
 * What finds the words of a dataset that is looked at: those of a config that says nothing about it, and the words of scripts without
 * spaces too, of which such a config makes sentences.
 */
export const defaultTokenizer = (tokenizer: TokenizerName = 'segmenter'): Promise<WordScanner> =>
  createTokenizer({ ...completeConfig({ dataset: { train: '' } }).text, tokenizer });

/**
 * Finds the files of a dataset (a file with its siblings, or a folder) and reads the training file. Paths are absolute or
 * as `data` begins. Throws `UserError` and `Cancelled`.
 */
export async function surveyDataset(
  data: DatasetFile,
  options: SourceOptions,
  work: WorkOptions & { tokenizer?: TokenizerName } = {},
): Promise<DatasetFacts> {
  const { train, ...found } = await splitsOf(data);
  if (train === undefined)
    throw new UserError('no-splits', 'There is no training file beside this one', 'Name the training file.', {
      file: data.file,
    });
  const { tokenizer } = work;
  const { source, labelNames, options: resolved, reasons } = await openDataset(train, options);
  const scanner = await defaultTokenizer(tokenizer ?? spacelessTokenizers[0]); // lengths are those of the config's words
  const counts = new StatisticsCollector(scanner);
  for await (const document of readThrough(source, 'reading', work)) counts.add(document);
  const statistics = counts.result();
  const reading = { ...options, format: source.format, onError: 'skip' as const };
  const isKnown = (label: string): boolean => counts.has(label);
  const leftOut: LeftOut[] = [];
  const usable = async (split: 'validation' | 'test', found: DatasetFile | undefined) => {
    const beside = await filesBeside(train, split);
    const others = beside.filter((file) => found === undefined || !isSameDataset(file, found));
    return firstUsable(split, found ? [found, ...others] : others, { reading, isKnown, leftOut, signal: work.signal });
  };
  const validation = await usable('validation', found.validation);
  const test = await usable('test', found.test);
  const fields = { ...options, labelNames: options.labelNames ?? labelNames.file };
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
    script: statistics.script,
    tokenizer,
    format: source.format,
    readAs: readAs(resolved, reasons),
    skipped: source.findings.skipped,
    leftOut,
    fields,
  };
}

/** Documents of a file that are looked at for labels. */
const sampled = 1000;

/** The first file that training could be scored on; why those before it are none is added to `leftOut`. */
async function firstUsable(
  split: LeftOut['split'],
  files: readonly DatasetFile[],
  look: { reading: SourceOptions; isKnown: (label: string) => boolean; leftOut: LeftOut[]; signal?: AbortSignal },
): Promise<DatasetFile | undefined> {
  for (const dataset of files) {
    const why = await whyUseless(dataset, look);
    if (why === undefined) return dataset;
    look.leftOut.push({ split, file: pathOf(dataset), why });
  }
  return undefined;
}

async function whyUseless(
  dataset: DatasetFile,
  { reading, isKnown, signal }: Parameters<typeof firstUsable>[2],
): Promise<string | undefined> {
  let documents = 0;
  let labelled = 0;
  try {
    const { source } = await openDataset(dataset, reading);
    for await (const { labels } of source) {
      if (signal?.aborted) throw new Cancelled();
      if (labels.some(isKnown)) return undefined;
      labelled += labels.length > 0 ? 1 : 0;
      if (++documents === sampled) break;
    }
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'disk-failed') throw error; // no fault of the file
    return `it cannot be read as the training file is (${error.message})`;
  }
  if (documents === 0) return 'it holds no documents';
  const seen = documents === sampled ? `its first ${sampled.toLocaleString('en-US')} documents` : 'its documents';
  return labelled === 0 ? `none of ${seen} has a label` : `none of ${seen} has a label that the training file has`;
}
