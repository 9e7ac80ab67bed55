import type { Encoding } from '../formats/encoding.ts';
import type { BagOfWords } from './bagOfWords.ts';
import type { CellStyle } from './guess/cells.ts';

/** A file of documents, or a folder of texts; of a file that holds several splits, the one that is meant. */
export interface DatasetFile {
  file: string;
  part?: 'train' | 'test';
}

/** As configs, command lines and URIs write it, and people read it: `rcv.p#train`. `datasetFile` is the inverse. */
export const pathOf = ({ file, part }: DatasetFile): string => (part === undefined ? file : `${file}#${part}`);

/** The file alone of a value that says more of it. */
export const onlyFile = ({ file, part }: DatasetFile): DatasetFile => (part === undefined ? { file } : { file, part });

/** One labelled document as a reader yields it. */
export interface Document {
  /** The record's own id, or its 1-based number in the file as a string. */
  id: string;
  text: string;
  /** Label names, in file order, without repeats. */
  labels: string[];
  /** Those in the file, where a correction gave the document others. */
  fileLabels?: string[];
  /** 1-based line of the file on which the record starts (0 for one-file-per-document sets). */
  line: number;
  /** Bag-of-words sets only. `text` is then '' and the set cannot train a model that needs word order. */
  features?: BagOfWords;
}

export const datasetFormats = [
  'jsonl',
  'json',
  'csv',
  'tsv',
  'fasttext',
  'libmultilabel',
  'xmlrepo-raw',
  'xmlrepo-jsonl',
  'xmlrepo-sparse',
  'arff',
  'libsvm',
  'folder',
  'json-folder',
  'parquet',
  'arrow',
  'xlsx',
  'pickle',
  'numpy-ids',
  'numpy-bow',
] as const;
export type DatasetFormat = (typeof datasetFormats)[number];

/** Without word order: documents carry features in place of a text. */
export const bagOfWordsFormats: readonly DatasetFormat[] = ['xmlrepo-sparse', 'libsvm', 'arff', 'numpy-bow'];
/** No text: not to be read line by line. */
export const binaryFormats = [
  'pickle',
  'numpy-ids',
  'numpy-bow',
  'parquet',
  'arrow',
  'xlsx',
] as const satisfies readonly DatasetFormat[];
export type BinaryFormat = (typeof binaryFormats)[number];
export const isBinary = (format: DatasetFormat): format is BinaryFormat =>
  binaryFormats.some((binary) => binary === format);

/** A record that was not read, or was read with a doubt. Counted always, kept up to a limit. */
export interface Finding {
  code:
    | 'torn-line'
    | 'malformed-record'
    | 'undecodable'
    | 'empty-document'
    | 'unlabelled'
    | 'repeated-id'
    | 'repeated-label'
    | 'missing-file'
    | 'missing-label'
    | 'lenient-json'
    | 'half-character'
    | 'left-out'
    | 'odd-label'
    | 'share'
    | 'stale-correction'
    | 'damaged-correction';
  file: string;
  line: number;
  byte?: number;
  message: string;
  /** True when the record was left out. */
  skipped: boolean;
}

/** How to read a dataset file; everything but the path is optional and found from the content where it is absent. */
export interface SourceOptions {
  format?: DatasetFormat;
  /** JSONL and CSV/TSV: names of the fields (or 0-based column numbers of headerless files). */
  idField?: string | number;
  /** One field, or several that are joined with a newline (title and text, say). */
  textField?: string | number | (string | number)[];
  labelField?: string | number;
  /** Columns of 0 and 1, or of shares that count from 0.5 on, that stand for one label each; none where the documents are to have no labels. */
  labelColumns?: (string | number)[];
  /** Separator of labels given as one string; `none` where the whole string is one label. */
  labelSeparator?: string;
  /** How a string holds labels, where that is not between separators. */
  labelStyle?: CellStyle;
  /** Labels that hold the separator themselves. */
  wholeLabels?: string[];
  /** Words that stand for no label, whatever their case; `['none']` where every word is a label. */
  missing?: string[];
  /** `1.0` is the label `1`. */
  wholeNumbers?: boolean;
  /** What labels of fastText lines begin with. */
  labelPrefix?: string;
  /** What parts the fields of a table; the format's own where absent. */
  delimiter?: string;
  header?: boolean;
  encoding?: Encoding;
  onError?: 'stop' | 'skip';
  /** Whether corrections that are kept beside the dataset are applied (default: they are), or the file that holds them. */
  corrections?: boolean | string;
  /** A file that gives names to label ids (`id<TAB>name`, `id,name`, or one name a line for ids 0, 1, …). */
  labelNames?: string;
  /** Companion file: labels of xmlrepo-raw and folder sets, label XML of ARFF. Found by name where absent. */
  labelsFile?: string;
  /**
   * CSV and TSV: whether a field that begins with a double quote is quoted (RFC 4180). Default: CSV yes; TSV only where
   * its rows do not come out even without, for in most TSV files a quote is a character like any other.
   */
  quoting?: boolean;
}

/** The options that a dataset is read with: those stated, the others as found. */
export type ResolvedOptions = SourceOptions & { format: DatasetFormat };

/** Why options are as they are, for people. */
export type Reasons = Partial<Record<keyof SourceOptions, string>> & { format: string };

/** Where a document stands in its dataset: enough to read it again without all that is before it. */
export interface DocumentPlace {
  /** 1-based number of the record among all, those left out included. */
  number: number;
  /** As in `Document`. */
  line: number;
  /** The record's first byte and the first one after it, in the unpacked data of a .gz; 0 for one-file-per-document sets. */
  byte: number;
  stop: number;
  /** Of a split in several files the one that is meant, where it is not the first; lines and bytes are its own. */
  file?: string;
}

/** A document and its place. */
export interface PlacedDocument {
  document: Document;
  place: DocumentPlace;
  /** Where they were asked for, and the record has columns. */
  columns?: RecordColumns;
}

/** A record's columns as its file has them; of files without columns, what was read of it. */
export interface RecordColumns {
  names: readonly string[];
  values: readonly unknown[];
  /** The record as it is written, where that is a JSON object: numbers keep their digits. */
  json?: string;
}

export interface ColumnedDocument {
  document: Document;
  columns: RecordColumns;
}

/** Consecutive documents, from the place of the first to that of the last. */
export interface PlaceRange {
  first: DocumentPlace;
  last: DocumentPlace;
}

/** A source whose documents can be read again one by one. */
export interface SeekableSource extends DocumentSource {
  /** Documents are reached by their number, not by bytes of the file. */
  readonly byNumber: boolean;
  /** As iterating, in batches and with the places. */
  placed(): AsyncIterable<PlacedDocument[]>;
  /** As iterating, in batches and with all columns of the records, for what is written beside them. */
  columned(): AsyncIterable<ColumnedDocument[]>;
  /**
   * Reads ranges again, which must be ascending; a batch per range, in order. Plain files are sought; a .gz is unpacked up
   * to the last range; with the records' columns where asked for. Labels that a companion file holds are left out, findings are not repeated.
   * Throws `UserError` (`file-changed` where the file is not what `placed` read) and `Cancelled`.
   */
  again(ranges: Iterable<PlaceRange>, signal?: AbortSignal, withColumns?: boolean): AsyncIterable<PlacedDocument[]>;
  /** The file that a place is in, after `placed`. */
  fileAt(place: DocumentPlace): string;
}

/** One file (or folder) of documents, opened. Iterating reads from the start again; memory stays constant. */
export interface DocumentSource extends DatasetFile, AsyncIterable<Document> {
  readonly format: DatasetFormat;
  /** The files that are read, in their order: several where a split comes in numbered ones. */
  readonly files: readonly string[];
  /** Bag of words: no word order, so that of all models a linear one alone can be trained on it. */
  readonly bagOfWords: boolean;
  /** Size in bytes of the file as stored (compressed size for .gz); companions not counted. */
  readonly totalBytes: number;
  /** Bytes consumed so far by the newest iteration. */
  readonly bytesRead: number;
  /** Findings of the newest iteration: counts by code, and the first 1,000 in full. */
  readonly findings: FindingLog;
  /** What became of corrections in the newest iteration; undefined where there are none. */
  readonly corrected?: CorrectionCounts;
  /** What people call the label ids that have a name; labels stay ids in documents. */
  readonly labelNames: ReadonlyMap<string, string>;
  /** Bags of words: names of the features by number, where the set names them. */
  readonly featureNames?: readonly string[];
}

/** What became of the corrections of a dataset. */
export interface CorrectionCounts {
  file: string;
  /** Documents that have other labels than in the file. */
  applied: number;
  /** Those whose labels were found right. */
  right: number;
  /** Not applied: the text or the labels in the file are no longer those that were corrected, or the document is gone. */
  refused: number;
  /** Lines of the file of corrections that cannot be read. */
  damaged: number;
}

export interface FindingLog {
  readonly counts: Partial<Record<Finding['code'], number>>;
  readonly skipped: number;
  readonly first: readonly Finding[];
}
