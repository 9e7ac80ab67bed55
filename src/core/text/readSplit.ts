/** From a dataset file to numbered documents. */
import type { RunConfig } from '../config/runConfig.ts';
import { pathOf, type DatasetFile, type DocumentSource, type SourceOptions } from '../data/document.ts';
import { openDataset, requireWordOrder, type OpenedDataset } from '../data/openDataset.ts';
import { readThrough } from '../data/readThrough.ts';
import type { WorkOptions } from '../base/progress.ts';
import { UserError } from '../base/errors.ts';
import { isFolder } from '../base/files.ts';
import { DocumentBuffer } from './documentBuffer.ts';
import type { Split } from '../base/splits.ts';
import type { WordScanner } from './tokenizer.ts';

/** Opens a file of the dataset. Throws `UserError`, `bag-of-words` where it has no word order. */
export async function openSplit(file: DatasetFile, config: RunConfig): Promise<OpenedDataset> {
  const opened = await openDataset(file, await sourceOptions(file, config));
  requireWordOrder(opened.source);
  return opened;
}

/** How a file of the dataset is read. */
export async function sourceOptions(file: DatasetFile, { dataset }: RunConfig): Promise<SourceOptions> {
  const { train, labelsFile } = dataset;
  // A file of labels belongs to the training texts line by line; only the table of a folder can serve other splits too.
  const isShared = pathOf(file) === train || (labelsFile !== undefined && (await isFolder(file.file)));
  return { ...dataset, labelsFile: isShared ? labelsFile : undefined };
}

/**
 * One pass over a source. The buffer holds 4 bytes for each kept word and label.
 * Throws `Cancelled`, and `UserError` for records that cannot be read, or where there are none (`empty-…`).
 */
export async function readSplit(
  source: DocumentSource,
  split: Split,
  text: { tokenizer: WordScanner; maxLength: number; wordId: (word: string) => number },
  work: WorkOptions,
): Promise<DocumentBuffer> {
  const buffer = new DocumentBuffer(text.tokenizer, text.maxLength, text.wordId);
  for await (const document of readThrough(source, 'reading', work)) buffer.add(document);
  if (buffer.size > 0) return buffer;
  const skipped = source.findings.skipped;
  throw new UserError(
    `empty-${split}`,
    `The ${split} file holds no documents${skipped > 0 ? ` (${skipped} records were left out)` : ''}`,
    `Check "dataset.${split}", "format" and the field names; \`xmlcnn inspect\` shows what is read.`,
    { file: source.file },
  );
}
