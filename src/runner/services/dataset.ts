import type { SourceOptions } from '../../core/data/document.ts';
import { UserError } from '../../core/errors.ts';
import { openInspection, type Inspection } from '../../core/explore/inspection.ts';
import { readRecord } from '../../core/explore/recordText.ts';
import type { Handlers } from '../protocol.ts';

/** The dataset that this process inspects; opening another replaces it. */
let current: Inspection | undefined;

function opened(): Inspection {
  if (!current) throw new UserError('not-read', 'The dataset was not opened yet', 'Wait for it, or reload.');
  return current;
}

async function open(path: string, options: SourceOptions): Promise<Inspection> {
  current = undefined;
  return (current = await openInspection(path, options));
}

/** Inspects one dataset; a cancelled inspection is a result, with what was read until then. */
export const dataset: Handlers<'dataset'> = {
  async open({ path, options }, { signal, emit }) {
    const inspection = await open(path, options);
    emit(inspection.snapshot());
    return inspection.read(emit, signal);
  },
  labels: async (query) => opened().labelPage(query),
  documents: async (query, { signal }) => opened().documentPage(query, signal),
  document: async ({ split, document, offset }, { signal }) => opened().documentText(split, document, offset, signal),
  findings: async (query) => opened().findingPage(query),
  record: async (target, { signal }) => readRecord(target, signal),
};
