/** A file's documents predicted into another file, which keeps the columns of the first. */
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Cancelled, UserError } from '../base/errors.ts';
import { type Write, writeAtomic } from '../base/files.ts';
import { ahead } from '../base/pipeline.ts';
import type { WorkOptions } from '../base/progress.ts';
import { type Content, contentOf, shownContent } from '../data/bagOfWords.ts';
import type { FindingLog, SeekableSource, SourceOptions } from '../data/document.ts';
import { readingProgress } from '../data/readThrough.ts';
import type { OpenedDataset } from '../data/openDataset.ts';
import { openForRun, openSplit } from '../text/readSplit.ts';
import { drawnMembers, fileOf, type SetTarget } from './runDocuments.ts';
import { type BulkDocument, mostDocuments, predictionFormat, RowWriter } from './predictionRows.ts';
import type { EncodedTexts, Prediction, PredictOptions, Predictor } from './predictor.ts';

export interface BulkOptions extends PredictOptions, WorkOptions {
  /** Also writes the n-grams that spoke for each label and against it. */
  explain?: boolean;
}

export interface BulkResult {
  documents: number;
  /** Documents for which no label was above the threshold. */
  without: number;
  /** The columns that were added. */
  added: string[];
  /** What separates labels in a cell; undefined in JSON lines, and where cells are JSON lists. */
  separator?: string;
  /** Records that could not be read and were left out. */
  skipped: number;
  findings?: FindingLog;
}

/** Characters of the texts that are held. */
const mostCharacters = 1 << 24;

/**
 * Writes the documents of a split of the run's dataset, or of a file, with the labels that the model predicts. Memory does not
 * grow with a file; of a split that is drawn from the training file, the labels of that file are held.
 * @param given what the user says of a file's form; it counts before what the run remembers
 */
export async function exportPredictions(
  predictor: Predictor,
  target: SetTarget,
  output: string,
  { given, ...options }: BulkOptions & { given?: SourceOptions } = {},
): Promise<BulkResult> {
  predictionFormat(output);
  const { config } = predictor;
  const file = fileOf(config, target);
  if (!('split' in target)) {
    const opened = await openForRun(file, predictor, { isUnlabelledFine: true, given });
    return predictDataset(predictor, opened, output, options);
  }
  const opened = await openSplit(file, config);
  requireOther(output, opened.source);
  const members = await drawnMembers(opened.source, config, target.split, options);
  return predictDataset(predictor, opened, output, options, members);
}

/**
 * Writes a dataset's records with the labels that a model predicts. Memory does not grow with the input.
 * Throws `UserError` (those of reading and writing, `output-is-input`) and `Cancelled`; nothing is left half written.
 * @param members 1 for each document that is meant, in the order in which they are read; all where absent
 */
export async function predictDataset(
  predictor: Predictor,
  opened: OpenedDataset,
  output: string,
  options: BulkOptions = {},
  members?: Uint8Array,
): Promise<BulkResult> {
  const { source } = opened;
  requireOther(output, source);
  async function* documents(): AsyncGenerator<BulkDocument[], void> {
    let number = 0;
    for await (const batch of source.columned()) {
      const meant = members ? batch.filter(() => members[number++] === 1) : batch;
      yield meant.map(({ document, columns }) => ({ content: contentOf(document), columns }));
    }
  }
  const onDone = (n: number): void => options.onProgress?.(readingProgress(source, 'predicting', n));
  const result = await predictInto(predictor, documents(), output, options, onDone);
  return { ...result, skipped: source.findings.skipped, findings: source.findings };
}

/** The same for documents that come from elsewhere. */
export function predictTexts(
  predictor: Predictor,
  documents: AsyncIterable<BulkDocument[]>,
  output: string,
  options: BulkOptions = {},
): Promise<BulkResult> {
  return predictInto(predictor, documents, output, options, () => {});
}

function requireOther(output: string, { files }: SeekableSource): void {
  if (!files.some((file) => resolve(output) === resolve(file))) return;
  const remedy = 'Name another file for the predictions.';
  throw new UserError('output-is-input', 'The predictions would replace the file that they are made of', remedy, {
    file: output,
  });
}

async function predictInto(
  predictor: Predictor,
  documents: AsyncIterable<BulkDocument[]>,
  output: string,
  options: BulkOptions,
  onDone: (documents: number) => void,
): Promise<BulkResult> {
  const form = predictionFormat(output);
  let writer: RowWriter | undefined;
  let count = 0;
  await writeAtomic(output, async (write) => {
    for await (const predicted of predictedBlocks(predictor, documents, options)) {
      if (options.signal?.aborted) throw new Cancelled();
      const { block } = predicted;
      writer ??= new RowWriter(form, predictor, block, options.explain === true);
      await writeBlock(predictor, predicted, options, writer, write);
      count += block.length;
      onDone(count);
    }
    writer ??= new RowWriter(form, predictor, [], options.explain === true);
    await writer.flush(write);
  });
  const { without, added, separator } = writer!;
  return { documents: count, without, added, separator, skipped: 0 };
}

interface PredictedBlock {
  block: BulkDocument[];
  /** Absent where they are explained one by one. */
  predictions?: Prediction[];
}

/** While one block is written, the next is scored and the one behind it read. */
function predictedBlocks(
  predictor: Predictor,
  documents: AsyncIterable<BulkDocument[]>,
  { explain, top, threshold, signal }: BulkOptions,
): AsyncIterable<PredictedBlock> {
  async function* encoded(): AsyncGenerator<{ block: BulkDocument[]; texts?: EncodedTexts }, void> {
    for await (const block of together(documents))
      yield explain ? { block } : { block, texts: await predictor.encodeAll(block.map(({ content }) => content)) };
  }
  async function* predicted(): AsyncGenerator<PredictedBlock, void> {
    for await (const { block, texts } of ahead(encoded()))
      yield { block, predictions: texts && (await predictor.predictEncoded(texts, { top, threshold, signal })) };
  }
  return explain ? predicted() : ahead(predicted());
}

/** Rows written without a pause. */
const writtenAtOnce = 256;

async function writeBlock(
  predictor: Predictor,
  { block, predictions }: PredictedBlock,
  options: BulkOptions,
  writer: RowWriter,
  write: Write,
): Promise<void> {
  for (const [i, { content, columns }] of block.entries()) {
    if (options.signal?.aborted) throw new Cancelled();
    if (predictions) writer.add(columns, predictions[i]);
    else writer.add(columns, await predictor.explain(content, options), shownContent(content).length);
    if (writer.isFull) await writer.flush(write);
    if ((i + 1) % writtenAtOnce === 0) await setImmediate();
  }
}

/** In characters; a feature and its value take as much memory as eight. */
const sizeOf = (content: Content): number =>
  typeof content === 'string' ? content.length : 8 * content.indices.length;

/** Documents by the thousands, fewer where their texts are long. */
async function* together(batches: AsyncIterable<BulkDocument[]>): AsyncGenerator<BulkDocument[], void> {
  let block: BulkDocument[] = [];
  let characters = 0;
  for await (const batch of batches)
    for (const document of batch) {
      block.push(document);
      characters += sizeOf(document.content);
      if (block.length < mostDocuments && characters < mostCharacters) continue;
      yield block;
      block = [];
      characters = 0;
    }
  if (block.length) yield block;
}
