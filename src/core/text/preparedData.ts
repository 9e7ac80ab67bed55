import type { RunEvent } from '../base/events.ts';
import type { Corpus } from './corpus.ts';
import type { PretrainedRows } from './embeddings.ts';
import type { LabelSet } from './labels.ts';
import type { PreparationReport } from './report.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface PreparedData {
  /** Without the documents held out for validation. */
  train: Corpus;
  validation: Corpus | undefined;
  test: Corpus | undefined;
  /** Words of `train`. */
  vocabulary: Vocabulary;
  /** Labels of `train`, then those of validation only, then those of test only. */
  labels: LabelSet;
  pretrained?: PretrainedRows;
  report: PreparationReport;
  fromCache: boolean;
}

export interface PrepareOptions {
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}
