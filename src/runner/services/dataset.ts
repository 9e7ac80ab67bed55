import { throttled } from '../../core/base/progress.ts';
import type { DatasetFile, SourceOptions } from '../../core/data/document.ts';
import { UserError } from '../../core/base/errors.ts';
import { Analyses } from '../../core/explore/analysis/analyses.ts';
import { openInspection, type Inspection } from '../../core/explore/inspection.ts';
import { readRecord } from '../../core/explore/recordText.ts';
import type { Handlers } from '../protocol.ts';

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
export const dataset: Handlers<'dataset'> = {
  async open({ options, ...dataset }, { signal, emit }) {
    const inspection = await open(dataset, options);
    emit(inspection.snapshot());
    return inspection.read(emit, signal);
  },
  labels: async (query) => opened().inspection.labelPage(query),
  documents: async (query, { signal }) => opened().inspection.documentPage(query, signal),
  document: async ({ split, document, offset }, { signal }) =>
    opened().inspection.documentText(split, document, offset, signal),
  findings: async (query) => opened().inspection.findingPage(query),
  readWords: async ({ split }, { signal, emit }) =>
    opened().analyses.readWords(split, { signal, onProgress: throttled(emit) }),
  labelWords: async ({ split, label, measure }) => opened().analyses.labelWords(split, label, measure),
  documentWords: async ({ split, document }) => opened().analyses.documentWords(split, document),
  headCooccurrence: async ({ split, most }) => opened().analyses.headCooccurrence(split, most),
  neighbours: async (query) => opened().analyses.neighbourPage(query),
  readQuality: async (_, { signal, emit }) => opened().analyses.readQuality({ signal, onProgress: throttled(emit) }),
  quality: async (query) => opened().analyses.qualityPage(query),
  compare: async ({ split, other }, { signal, emit }) =>
    opened().analyses.compare(split, other, { signal, onProgress: throttled(emit) }),
  compared: async (query) => opened().analyses.comparedPage(query),
  duplicates: async (query) => opened().analyses.duplicatePage(query),
  nearest: async ({ document }) => opened().analyses.nearest(document),
  record: async (target, { signal }) => readRecord(target, signal),
};
