import type { SourceOptions } from '../document.ts';
import type { RecordReader } from '../record.ts';

/** A dataset whose fields and companions have been found. */
export interface Opened {
  /** The options as they will be used, guesses included. */
  options: SourceOptions;
  reader: RecordReader;
  /** Size of the stored data where it is not that of the one file. */
  totalBytes?: number;
  /** Names of label ids that the file itself holds. */
  labelNames?: ReadonlyMap<string, string>;
  /** Bags of words: names of the features, by number. */
  featureNames?: readonly string[];
  /** Documents are reached by their number, not by bytes of the file. */
  byNumber?: boolean;
  /** CSV and TSV: numbers of the columns that make up the text, in order. */
  textColumns?: readonly number[];
}
