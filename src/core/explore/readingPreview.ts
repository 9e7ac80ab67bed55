/** The first documents of a dataset as they would be read, to choose how by. */
import { Cancelled } from '../base/errors.ts';
import type { DatasetFile, DatasetFormat, Finding, PlacedDocument, SourceOptions } from '../data/document.ts';
import { fileOf } from '../data/findSplits.ts';
import { openDataset, type OpenedDataset } from '../data/openDataset.ts';
import { readAs, type ReadAs } from '../data/readAs.ts';
import { displayIn } from './clusters/labelIncidence.ts';
import type { DatasetStatistics, DocumentLabel } from './inspectionApi.ts';
import { outcomeDoubts } from './outcome.ts';
import { shownText } from './recordText.ts';
import { StatisticsCollector } from './statistics.ts';
import { defaultTokenizer } from './survey.ts';

export interface ReadingPreview {
  file: string;
  format: DatasetFormat;
  /** What gave the format away. */
  reason: string;
  /** Those that were stated, the others as found. */
  options: SourceOptions;
  readAs: ReadAs;
  /** Names of all fields of the records, where they have fields. */
  fields: (string | number)[];
  rows: PreviewRow[];
  /** Of the documents that were looked at: the whole file, or its beginning. */
  figures: Pick<DatasetStatistics, 'documents' | 'unlabelled' | 'labels' | 'labelsPerDocument'>;
  isWhole: boolean;
  /** Records left out among them, and the first of them. */
  skipped: number;
  firstSkipped?: Finding;
}

interface PreviewRow {
  id: string;
  /** The beginning of the text, or the features. */
  snippet: string;
  /** The first of them. */
  labels: DocumentLabel[];
  labelCount: number;
}

/** What is read at most: it must not take longer than one waits between two choices. */
const most = { documents: 1000, skipped: 1000, bytes: 16e6 };
const shown = { rows: 8, labels: 20, characters: 300 };

/** Of a folder with several files the training file is read. Throws `UserError` and `Cancelled`. */
export async function previewReading(
  dataset: DatasetFile,
  options: SourceOptions,
  signal?: AbortSignal,
): Promise<ReadingPreview> {
  const opened = await openDataset(await fileOf(dataset), { onError: 'skip', ...options });
  const { source, reasons, fields = [] } = opened;
  const counts = new StatisticsCollector(await defaultTokenizer());
  const rows: PreviewRow[] = [];
  const isWhole = await readBeginning(source, signal, (placed) => {
    counts.add(placed.document);
    if (rows.length < shown.rows) rows.push(rowOf(placed, opened));
  });
  const figures = counts.result();
  const reading = readAs(opened.options, reasons);
  const outcome = outcomeDoubts(figures, { isWhole }).filter(
    ({ option }) => !source.bagOfWords || option !== 'textField',
  );
  const { documents, unlabelled, labels, labelsPerDocument } = figures;
  return {
    file: source.file,
    format: source.format,
    reason: reasons.format,
    options: opened.options,
    readAs: { ...reading, doubts: [...reading.doubts, ...outcome] },
    fields: fields.map(({ name }) => name),
    rows,
    figures: { documents, unlabelled, labels, labelsPerDocument },
    isWhole,
    skipped: source.findings.skipped,
    firstSkipped: source.findings.first.find(({ skipped }) => skipped),
  };
}

/** True where that was all. */
async function readBeginning(
  source: OpenedDataset['source'],
  signal: AbortSignal | undefined,
  visit: (placed: PlacedDocument) => void,
): Promise<boolean> {
  let documents = 0;
  for await (const batch of source.placed()) {
    if (signal?.aborted) throw new Cancelled();
    for (const placed of batch) {
      if (documents++ === most.documents) return false;
      visit(placed);
    }
    if (source.bytesRead > most.bytes && source.bytesRead < source.totalBytes) return false;
    if (source.findings.skipped > most.skipped) return false;
  }
  return true;
}

function rowOf({ document }: PlacedDocument, { labelNames }: OpenedDataset): PreviewRow {
  const { id, labels } = document;
  return {
    id,
    snippet: shownText(document).slice(0, shown.characters),
    labels: labels.slice(0, shown.labels).map((name) => ({ name, display: displayIn(labelNames.map, name) })),
    labelCount: labels.length,
  };
}
