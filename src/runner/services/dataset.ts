import type { DatasetFile, SourceOptions } from '../../core/data/document.ts';
import { UserError } from '../../core/base/errors.ts';
import { writeFileAtomic } from '../../core/base/files.ts';
import { Analyses } from '../../core/explore/analysis/analyses.ts';
import { openInspection, type Inspection } from '../../core/explore/inspection.ts';
import { previewReading, type ReadingPreview } from '../../core/explore/readingPreview.ts';
import { readRecord } from '../../core/explore/recordText.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { SplitOrAll } from '../../core/base/splits.ts';
import type {
  ComparedLabel,
  ComparedQuery,
  ComparisonOverview,
  DocumentWords,
  DuplicateRow,
  HeadCooccurrence,
  LabelWords,
  NearestDocument,
  NeighbourQuery,
  NeighbourRow,
  OtherSet,
  QualityOverview,
  QualityQuery,
  QualityRow,
  WordMeasure,
  WordsOverview,
} from '../../core/explore/analysis/analysisApi.ts';
import type {
  DatasetSnapshot,
  DocumentPage,
  DocumentQuery,
  DocumentText,
  FindingPage,
  FindingQuery,
  LabelQuery,
  LabelRow,
  Page,
  RecordText,
  TextQuery,
} from '../../core/explore/inspectionApi.ts';
import type { RecordTarget } from '../../core/explore/recordText.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

export type WhichDocuments = Omit<DocumentQuery, 'offset' | 'limit'>;
export type WhichLabels = Omit<LabelQuery, 'offset' | 'limit'>;

/** Inspects one dataset per process; pages may be asked for while it is still being read. */
export interface DatasetService {
  /** Reads the dataset; the result is the last snapshot, also where the call was cancelled. */
  open: Call<DatasetFile & { options: SourceOptions }, DatasetSnapshot, DatasetSnapshot>;
  labels: Call<LabelQuery, Page<LabelRow>>;
  documents: Call<DocumentQuery, DocumentPage>;
  /** How many documents `documents` would list: a search goes on to its end. */
  documentCount: Call<WhichDocuments, number>;
  /** Writes the documents that `documents` would list; how many these were. */
  writeDocuments: Call<WhichDocuments & { file: string }, number, Progress>;
  /** Writes the labels that `labels` would list as CSV. */
  writeLabels: Call<WhichLabels & { file: string }, void>;
  document: Call<TextQuery, DocumentText>;
  findings: Call<FindingQuery, FindingPage>;
  /** Reads the words of a split; a cancelled reading is a result, with the words of the documents until then. */
  readWords: Call<{ split: SplitOrAll }, WordsOverview, Progress>;
  labelWords: Call<{ split: SplitOrAll; label: string; measure: WordMeasure }, LabelWords>;
  documentWords: Call<{ split: SplitOrAll; document: number }, DocumentWords>;
  /** How often the `most` most frequent labels occur together. */
  headCooccurrence: Call<{ split: SplitOrAll; most: number }, HeadCooccurrence>;
  neighbours: Call<NeighbourQuery, Page<NeighbourRow>>;
  /** Checks the documents of all splits; cancelled, it reports those until then. */
  readQuality: Call<object, QualityOverview, Progress>;
  quality: Call<QualityQuery, Page<QualityRow>>;
  /** Compares a split with another set; cancelled, it reports the documents until then. */
  compare: Call<{ split: SplitOrAll; other: OtherSet }, ComparisonOverview, Progress>;
  compared: Call<ComparedQuery, Page<ComparedLabel>>;
  duplicates: Call<{ offset: number; limit: number }, Page<DuplicateRow>>;
  nearest: Call<{ document: number }, NearestDocument>;
  /** One record of any dataset; needs no `open`. */
  record: Call<RecordTarget, RecordText>;
  /** How any dataset would be read; needs no `open`. */
  preview: Call<DatasetFile & { options: SourceOptions }, ReadingPreview>;
}

/** The dataset that this process inspects; opening another replaces it. */
let current: { inspection: Inspection; analyses: Analyses } | undefined;

function opened(): { inspection: Inspection; analyses: Analyses } {
  if (!current) throw new UserError('not-read', 'The dataset was not opened yet', 'Wait for it, or reload.');
  return current;
}

async function open(dataset: DatasetFile, options: SourceOptions): Promise<Inspection> {
  current = undefined;
  const inspection = await openInspection(dataset, options);
  current = { inspection, analyses: new Analyses(inspection) };
  return inspection;
}

/** Inspects one dataset; a cancelled inspection is a result, with what was read until then. */
export const dataset: Handlers<DatasetService> = {
  async open({ options, ...dataset }, { signal, emit }) {
    const inspection = await open(dataset, options);
    emit(inspection.snapshot());
    return inspection.read(emit, signal);
  },
  labels: async (query) => opened().inspection.labelPage(query),
  documents: async (query, { signal }) => opened().inspection.documentPage(query, signal),
  documentCount: async (query, { signal }) => opened().inspection.documentCount(query, signal),
  writeDocuments: async ({ file, ...query }, { signal, emit }) =>
    opened().inspection.writeDocuments(query, file, { signal, onProgress: emit }),
  writeLabels: async ({ file, ...query }) => writeFileAtomic(file, opened().inspection.labelTable(query)),
  document: async (query, { signal }) => opened().inspection.documentText(query, signal),
  findings: async (query) => opened().inspection.findingPage(query),
  readWords: async ({ split }, { signal, emit }) => opened().analyses.readWords(split, { signal, onProgress: emit }),
  labelWords: async ({ split, label, measure }) => opened().analyses.labelWords(split, label, measure),
  documentWords: async ({ split, document }) => opened().analyses.documentWords(split, document),
  headCooccurrence: async ({ split, most }) => opened().analyses.headCooccurrence(split, most),
  neighbours: async (query) => opened().analyses.neighbourPage(query),
  readQuality: async (_, { signal, emit }) => opened().analyses.readQuality({ signal, onProgress: emit }),
  quality: async (query) => opened().analyses.qualityPage(query),
  compare: async ({ split, other }, { signal, emit }) =>
    opened().analyses.compare(split, other, { signal, onProgress: emit }),
  compared: async (query) => opened().analyses.comparedPage(query),
  duplicates: async (query) => opened().analyses.duplicatePage(query),
  nearest: async ({ document }) => opened().analyses.nearest(document),
  record: async (target, { signal }) => readRecord(target, signal),
  preview: async ({ options, ...dataset }, { signal }) => previewReading(dataset, options, signal),
};
