/** The one way in which datasets are opened. */
import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { correctionsOf } from './corrections/corrections.ts';
import { recogniseFormat, recogniseSample, type Recognised } from './detect.ts';
import {
  type BinaryFormat,
  type DatasetFile,
  type DatasetFormat,
  type DocumentSource,
  isBinary,
  onlyFile,
  type Reasons,
  type ResolvedOptions,
  type SourceOptions,
} from './document.ts';
import { openArff } from './formats/arff.ts';
import { openDelimited } from './formats/delimited.ts';
import { openFastText } from './formats/fasttext.ts';
import { openFolder } from './formats/folder.ts';
import { openJson } from './formats/json.ts';
import { openJsonFolder } from './formats/jsonFolder.ts';
import { openJsonl } from './formats/jsonl.ts';
import { openLibSvm } from './formats/libsvm.ts';
import { openLibMultiLabel } from './formats/libmultilabel.ts';
import { openNumpyFeatures, openNumpyIds } from './formats/numpy.ts';
import { openOriginalPickle } from './formats/originalPickle.ts';
import { openArrowSet, openParquetSet, openXlsx } from './formats/recordFiles.ts';
import { openXmlRepoRaw } from './formats/xmlrepoRaw.ts';
import { openXmlRepoSparse } from './formats/xmlrepoSparse.ts';
import { labelNamesOf, type LabelNames } from './labelNames.ts';
import type { OpenedFormat } from './record.ts';
import { readSample, type Sample } from './sample.ts';
import { splitParts } from './shards.ts';
import { type ReadableFile, type ReaderRequest, ReaderSource } from './source.ts';

/** A dataset file, several that are one split, or a folder of text files, opened: headers and companions have been read, no document. */
export interface OpenedDataset {
  source: ReaderSource;
  /** How it is read. */
  options: ResolvedOptions;
  /** What gave the options away. */
  reasons: Reasons;
  labelNames: LabelNames;
  /** As in `OpenedFormat`. */
  fields?: OpenedFormat['fields'];
}

/**
 * Opens a dataset; format, fields, companions and names of labels are found from the content, and beside it, where
 * `options` do not state them. Iterating its source streams the documents: memory stays constant but for one hash per id
 * (`IdSet`). Throws `UserError`; iterating throws `UserError` for the first unreadable record unless `onError` is `'skip'`.
 */
export async function openDataset(dataset: DatasetFile, options: SourceOptions = {}): Promise<OpenedDataset> {
  const asNamed = { files: [dataset.file], missing: 0 };
  const parts = options.format === 'folder' ? asNamed : await splitParts(dataset.file);
  const first = { ...onlyFile(dataset), file: parts.files[0] };
  const { options: found, reasons, ...opened } = await openReader(first, options);
  const labelNames = await labelNamesOf(first, found, opened.labelNames);
  const files = [await readable(first.file, opened, { dataset: first, options })];
  for (const file of parts.files.slice(1)) {
    const shared = { ...found, labelsFile: options.labelsFile }; // a file of labels that was found belongs to the first alone
    files.push(await readable(file, await openReader({ file }, shared), { dataset: { file }, options: shared }));
  }
  const { missing } = parts;
  const corrections = await correctionsOf(first, options);
  const source = new ReaderSource(first, { ...opened, files, missing, labelNames: labelNames.map, corrections }, found);
  return { source, options: found, reasons, labelNames, fields: opened.fields };
}

async function readable(
  file: string,
  { reader, cuts, totalBytes }: Pick<OpenedFormat, 'reader' | 'cuts' | 'totalBytes'>,
  asked: ReaderRequest,
): Promise<ReadableFile> {
  return { file, reader, cuts, asked, totalBytes: totalBytes ?? (await withFileErrors(file, () => stat(file))).size };
}

/** A format's reader, and how it reads. */
export interface OpenedReader extends OpenedFormat {
  options: ResolvedOptions;
  reasons: Reasons;
}

/**
 * The part of `openDataset` that needs no more than the beginning of the file and its companions.
 * @param sample the beginning of the file, where it is not to be read from disk
 */
export async function openReader(dataset: DatasetFile, options: SourceOptions, sample?: Sample): Promise<OpenedReader> {
  const found = await formatOf(dataset, options, sample);
  const { format } = found;
  if (dataset.part !== undefined && format !== 'pickle') throw noParts(dataset, format);
  const opened = await openFormat(dataset, format, options, sample ?? found.sample);
  return { ...opened, options: { ...opened.options, format }, reasons: { ...opened.reasons, format: found.reason } };
}

async function formatOf(dataset: DatasetFile, options: SourceOptions, sample?: Sample): Promise<Recognised> {
  if (options.format) return { format: options.format, reason: 'as it was said to be' };
  return sample ? recogniseSample(sample, options) : recogniseFormat(dataset.file, options);
}

type TextFormat = Exclude<DatasetFormat, 'folder' | 'json-folder' | BinaryFormat>;

const openers: Record<TextFormat, (sample: Sample, options: SourceOptions) => OpenedFormat | Promise<OpenedFormat>> = {
  jsonl: openJsonl,
  json: openJson,
  csv: (sample, options) => openDelimited(sample, options, ','),
  tsv: (sample, options) => openDelimited(sample, options, '\t'),
  fasttext: openFastText,
  libmultilabel: openLibMultiLabel,
  'xmlrepo-raw': openXmlRepoRaw,
  'xmlrepo-jsonl': openJsonl,
  'xmlrepo-sparse': openXmlRepoSparse,
  libsvm: openLibSvm,
  arff: openArff,
};

const binaryOpeners: Record<BinaryFormat, (dataset: DatasetFile, options: SourceOptions) => Promise<OpenedFormat>> = {
  pickle: openOriginalPickle,
  'numpy-ids': ({ file }, options) => openNumpyIds(file, options),
  'numpy-bow': ({ file }, options) => openNumpyFeatures(file, options),
  parquet: openParquetSet,
  arrow: openArrowSet,
  xlsx: openXlsx,
};

async function openFormat(
  dataset: DatasetFile,
  format: DatasetFormat,
  options: SourceOptions,
  sample?: Sample,
): Promise<OpenedFormat> {
  if (format === 'folder') return openFolder(dataset.file, options);
  if (format === 'json-folder') return openJsonFolder(dataset.file, options);
  if (isBinary(format)) return binaryOpeners[format](dataset, options);
  return openText(sample ?? (await readSample(dataset.file, options)), format, options);
}

/** The encoding is an option like others: as found where it is not plain UTF-8. */
async function openText(sample: Sample, format: TextFormat, options: SourceOptions): Promise<OpenedFormat> {
  const { form, encodedBy } = sample;
  const encoding = options.encoding ?? (form.encoding === 'utf-8' ? undefined : form.encoding);
  const opened = await openers[format](sample, { ...options, ...(encoding !== undefined && { encoding }) });
  const reason = encoding === undefined || encodedBy === undefined ? {} : { encoding: encodingReasons[encodedBy] };
  return { ...opened, form, reasons: { ...reason, ...opened.reasons } };
}

const encodingReasons: Record<NonNullable<Sample['encodedBy']>, string> = {
  mark: 'by its byte order mark',
  shape: 'by the zeros between its letters',
  valid: 'all bytes fit',
  guess: 'it is not UTF-8, and its letters are likeliest in this encoding',
};

const noParts = ({ file, part }: DatasetFile, format: DatasetFormat): UserError =>
  new UserError('no-such-part', `A file of format ${format} has no part "${part}"`, `Leave out "#${part}".`, { file });

/** Throws a `UserError` for bag-of-words sets, saying why XML-CNN cannot be trained on them. */
export function requireWordOrder(source: DocumentSource): void {
  if (!source.bagOfWords) return;
  throw new UserError(
    'bag-of-words',
    `This is a bag-of-words set (${source.format}): it holds which words a document has, not their order. ` +
      `XML-CNN slides its filters over word sequences, so it cannot be trained on it`,
    'Train a linear model on it ("extends": "linear", or "model.type" "linear"), or use the set with raw texts ' +
      '(for the Extreme Classification Repository: the raw text download).',
    { file: source.file },
  );
}
