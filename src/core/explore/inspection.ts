/** Inspecting a dataset: one streaming pass over each of its files, and pages of labels, documents and findings at any time. */
import { type DatasetFile, pathOf, type PlacedDocument, type SourceOptions } from '../data/document.ts';
import { isSameDataset } from '../data/datasetFile.ts';
import { datasetFiles } from '../data/findSplits.ts';
import type { LabelNames } from '../data/labelNames.ts';
import { sharedReading } from '../data/sharedReading.ts';
import { csv } from '../base/csv.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { displayIn } from './clusters/labelIncidence.ts';
import { labelsOfCluster } from './clusters/savedClusters.ts';
import type { ClusterFilter, DocumentFilter, TextCondition } from './documentFilter.ts';
import { DocumentFinder } from './documentFinder.ts';
import { readBatches } from './documentSearch.ts';
import type { SplitOrAll } from '../base/splits.ts';
import type {
  DatasetSnapshot,
  DocumentLabel,
  DocumentPage,
  DocumentQuery,
  DocumentRow,
  DocumentText,
  FindingPage,
  FindingQuery,
  LabelDocuments,
  LabelQuery,
  LabelRow,
  Page,
  SplitSnapshot,
  TextQuery,
} from './inspectionApi.ts';
import { LabelTable } from './documentIndex.ts';
import type { CountingOptions } from './pieces/countPieces.ts';
import { lengthBins } from './statistics.ts';
import { shownText } from './recordText.ts';
import { clipped, snippetOf, TextMatcher } from './textMatcher.ts';
import { SplitInspection } from './splitInspection.ts';
import type { TokenizerName } from '../text/tokenizer.ts';
import { defaultTokenizer } from './survey.ts';
import { writeDocuments } from './writeDocuments.ts';

/** Milliseconds between two snapshots; more where making one takes long. */
const interval = 300;
/** A snapshot may take this share of the time. */
const snapshotShare = 0.1;
const headLabels = 30;
/** UTF-16 units of a text that are handed out at a time. */
const textPiece = 50_000;

/** A dataset that is being read, or was. Make one with `openInspection`. */
export class Inspection {
  private order: { key: string; labels: number[] } | undefined;
  private readonly finder: DocumentFinder;

  constructor(
    private readonly dataset: DatasetFile,
    private readonly labels: LabelTable,
    readonly splits: readonly SplitInspection[],
  ) {
    this.finder = new DocumentFinder(labels, (filter) => this.labelsOfCluster(filter));
  }

  /**
   * Reads all files, the first of the list first, with a snapshot a few times a second. A file that cannot be read, and
   * an abort, are reported by the snapshots, not thrown. `pause`: milliseconds to the next snapshot after one that took `taken`.
   */
  async read(
    onSnapshot: (snapshot: DatasetSnapshot) => void,
    signal: AbortSignal,
    pause = (taken: number) => Math.max(interval, taken / snapshotShare),
  ): Promise<DatasetSnapshot> {
    let due = 0;
    const report = (): void => {
      const started = performance.now();
      if (started < due) return;
      onSnapshot(this.snapshot());
      const taken = performance.now() - started;
      due = performance.now() + pause(taken);
    };
    for (const split of this.splits) await split.read(report, signal);
    return this.snapshot();
  }

  snapshot(): DatasetSnapshot {
    const ranges = this.splits.map((split) => split.lengthRange());
    const bins = lengthBins(
      Math.max(...ranges.map(({ usual }) => usual)),
      Math.max(...ranges.map(({ longest }) => longest)),
    );
    const alone = this.labelsAlone();
    const { labelNames } = this;
    return {
      path: pathOf(this.dataset),
      splits: this.splits.map((split, i) => ({ ...split.snapshot(bins), ...alone[i] })),
      labels: this.labels.names.length,
      head: this.byCount(this.splits[0])
        .slice(0, headLabels)
        .map((label) => this.figures(label)),
      unseenInTrain: this.unseenInTrain(),
      labelNamesFile: labelNames.file,
      notes: labelNames.notes,
    };
  }

  /** A page of the labels of all splits, or of one. */
  labelPage({ split, search, ownOnly = false, sort, descending, offset, limit }: LabelQuery): Page<LabelRow> {
    const { index } = this.split(split);
    const order = this.sorted(sort, descending);
    const wanted = search?.toLowerCase() ?? '';
    const isFound = (label: number): boolean =>
      (!ownOnly || index.countOf(label) > 0) && (wanted === '' || this.isCalled(label, wanted));
    const found = wanted === '' && !ownOnly ? order : order.filter(isFound);
    const page = found.slice(offset, offset + limit);
    const examples = index.examplesOf(page);
    const rows = page.map((label) => ({
      ...this.figures(label),
      share: index.length ? index.countOf(label) / index.length : 0,
      examples: (examples.get(label) ?? []).map((document) => ({ document, place: index.place(document) })),
    }));
    return { rows, total: found.length };
  }

  /** A page of a split's documents. A search reads the file on until the page is full. Throws `UserError`, `Cancelled`. */
  async documentPage(query: DocumentQuery, signal?: AbortSignal): Promise<DocumentPage> {
    const split = this.split(query.split);
    const { offset, limit, text } = query;
    const { documents, unsearched } = await this.finder.find(split, query, offset + limit + 1, signal);
    const rows = await this.rows(split, documents.slice(offset, offset + limit), text, signal);
    return { rows, total: documents.length, unsearched };
  }

  /** How many documents there are of a kind: a search goes on to its end. Throws `UserError`, `Cancelled`. */
  async documentCount(query: Omit<DocumentQuery, 'offset' | 'limit'>, signal?: AbortSignal): Promise<number> {
    return (await this.finder.find(this.split(query.split), query, Infinity, signal)).documents.length;
  }

  /** Writes the documents that are as asked for, in the order of the file; throws as `writeDocuments` does. */
  async writeDocuments(
    query: DocumentFilter & { split: SplitOrAll },
    file: string,
    work: WorkOptions,
  ): Promise<number> {
    const split = this.split(query.split);
    const { documents } = await this.finder.find(split, { ...query, sort: undefined }, Infinity, work.signal);
    return writeDocuments(split, documents, file, work);
  }

  /** The labels of a page without end as CSV: names, documents in each split, share. */
  labelTable(query: Omit<LabelQuery, 'offset' | 'limit'>): string {
    const { rows } = this.labelPage({ ...query, offset: 0, limit: Infinity });
    const isNamed = rows.some(({ display }) => display !== undefined);
    const head = ['label', ...(isNamed ? ['name'] : []), ...this.splits.map(({ split }) => split), 'share'];
    const cells = ({ name, display, documents, share }: LabelRow): (string | number)[] => [
      name,
      ...(isNamed ? [display ?? ''] : []),
      ...documents,
      share,
    ];
    return csv([head, ...rows.map(cells)]);
  }

  /** A document's text from `offset` on. Throws `UserError`, `Cancelled`. */
  async documentText(
    { split: name, document, offset, wanted }: TextQuery,
    signal?: AbortSignal,
  ): Promise<DocumentText> {
    const split = this.split(name);
    if (document >= split.index.length)
      throw new UserError('no-such-document', `There is no document ${document + 1}`, 'Choose another.');
    const [placed] = await this.readAgain(split, [document], signal);
    if (!placed) throw new UserError('file-changed', 'The document cannot be read any more', 'Read the file again.');
    const whole = shownText(placed[1].document);
    const text = whole.slice(offset, offset + textPiece);
    const marks = wanted ? clipped(new TextMatcher(wanted).marks(whole), offset, text.length) : [];
    return { ...this.figuresOf(split, document, placed[1]), text, marks, offset, length: whole.length };
  }

  findingPage({ split, code, offset, limit }: FindingQuery): FindingPage {
    const { counts, first } = this.split(split).source.findings;
    const kept = code === undefined ? first : first.filter((finding) => finding.code === code);
    const all = code === undefined ? Object.values(counts).reduce((sum, n) => sum + n, 0) : (counts[code] ?? 0);
    return { rows: kept.slice(offset, offset + limit), total: kept.length, notKept: all - kept.length };
  }

  /** Throws `UserError` `no-such-split`. */
  split(name: SplitOrAll): SplitInspection {
    const found = this.splits.find(({ split }) => split === name);
    if (!found) throw new UserError('no-such-split', `This dataset has no ${name} file`, 'Choose another.');
    return found;
  }

  private async labelsOfCluster(filter: ClusterFilter): Promise<ReadonlySet<number>> {
    const of = this.splits.find((candidate) => isSameDataset(candidate, filter));
    return of ? labelsOfCluster(of, filter) : new Set<number>();
  }

  /** These documents of a split, as lists show them; those that cannot be read any more are left out. */
  rowsOf(split: SplitOrAll, documents: readonly number[]): Promise<DocumentRow[]> {
    return this.rows(this.split(split), documents);
  }

  private async rows(
    split: SplitInspection,
    documents: readonly number[],
    wanted?: TextCondition,
    signal?: AbortSignal,
  ): Promise<DocumentRow[]> {
    const matcher = wanted && new TextMatcher(wanted);
    const read = new Map(
      await this.readAgain(
        split,
        documents.toSorted((a, b) => a - b),
        signal,
      ),
    );
    return documents.flatMap((document) => {
      const placed = read.get(document);
      if (!placed) return [];
      return [{ ...this.figuresOf(split, document, placed), ...snippetOf(shownText(placed.document), matcher) }];
    });
  }

  /** Reads some documents (ascending) again. */
  private async readAgain(
    { source, index }: SplitInspection,
    documents: readonly number[],
    signal?: AbortSignal,
  ): Promise<[number, PlacedDocument][]> {
    const read: [number, PlacedDocument][] = [];
    for await (const { found } of readBatches(source, index, documents, signal)) read.push(...found);
    return read;
  }

  private figuresOf(
    { index }: SplitInspection,
    document: number,
    placed: PlacedDocument,
  ): Omit<DocumentRow, 'snippet' | 'marks'> {
    return {
      document,
      place: placed.place,
      id: placed.document.id,
      words: index.words(document),
      labels: index.labelsOf(document).map((label) => this.label(label)),
    };
  }

  private label(label: number): DocumentLabel {
    const name = this.labels.names[label];
    const display = this.displayName(name);
    return display === undefined ? { name } : { name, display };
  }

  /** Those of the first file that brings any. */
  get labelNames(): LabelNames {
    return (this.splits.find(({ labelNames }) => labelNames.map.size > 0) ?? this.splits[0]).labelNames;
  }

  /** What people call a label, where its name is an id. */
  displayName(name: string): string | undefined {
    return displayIn(this.labelNames.map, name);
  }

  private figures(label: number): LabelDocuments {
    return { ...this.label(label), documents: this.splits.map(({ index }) => index.countOf(label)) };
  }

  private isCalled(label: number, wanted: string): boolean {
    const name = this.labels.names[label];
    return name.toLowerCase().includes(wanted) || (this.displayName(name)?.toLowerCase().includes(wanted) ?? false);
  }

  /** Label ids, those with the most documents in the split first, then by code point. */
  private byCount({ index }: SplitInspection): number[] {
    const { names } = this.labels;
    return Array.from(names, (_, label) => label).sort(
      (a, b) => index.countOf(b) - index.countOf(a) || (names[a] < names[b] ? -1 : 1),
    );
  }

  private sorted(sort: LabelQuery['sort'], descending: boolean): number[] {
    const { names } = this.labels;
    const read = this.splits.reduce((sum, { index }) => sum + index.length, 0);
    const key = JSON.stringify([sort, descending, read]);
    if (this.order?.key === key) return this.order.labels;
    let labels: number[];
    if (sort === 'name' || sort === 'display') {
      const by = sort === 'name' ? names : names.map((name) => this.displayName(name) ?? name);
      labels = Array.from(names, (_, label) => label).sort((a, b) => (by[a] < by[b] ? -1 : by[a] > by[b] ? 1 : a - b));
      if (descending) labels.reverse();
    } else {
      labels = this.byCount(this.split(sort));
      if (!descending) labels.reverse();
    }
    this.order = { key, labels };
    return labels;
  }

  private unseenInTrain(): number | undefined {
    const train = this.splits.find(({ split }) => split === 'train');
    if (!train || this.splits.length < 2) return undefined;
    return this.labels.names.reduce((unseen, _, label) => unseen + (train.index.countOf(label) ? 0 : 1), 0);
  }

  /** For each split its labels that the training file, and that every other split lacks. */
  labelsAlone(): Pick<SplitSnapshot, 'notInTrain' | 'onlyHere'>[] {
    const { splits } = this;
    if (splits.length < 2) return splits.map(() => ({}));
    const train = splits.findIndex(({ split }) => split === 'train');
    const notInTrain = splits.map(() => 0);
    const onlyHere = splits.map(() => 0);
    for (let label = 0; label < this.labels.names.length; label++) {
      const having = splits.flatMap(({ index }, i) => (index.countOf(label) ? [i] : []));
      if (having.length === 1) onlyHere[having[0]]++;
      if (!having.includes(train)) for (const i of having) notInTrain[i]++;
    }
    return splits.map((_, i) => ({
      notInTrain: train < 0 || i === train ? undefined : notInTrain[i],
      onlyHere: onlyHere[i],
    }));
  }
}

/**
 * Finds the files of a dataset, the one that was asked for first. `options` say how to read them, where their content
 * does not. Throws `UserError` where the path cannot be read.
 * @param alone of a file, without its siblings; `tokenizer`: what finds the words, where it is not the usual one
 */
export async function openInspection(
  dataset: DatasetFile,
  options: SourceOptions = {},
  {
    alone = false,
    tokenizer: name,
    ...counting
  }: { alone?: boolean; tokenizer?: TokenizerName } & CountingOptions = {},
): Promise<Inspection> {
  const labels = new LabelTable();
  const files = await datasetFiles(dataset);
  const own = files.findIndex((file) => isSameDataset(file, dataset));
  const train = files.find(({ split }) => split === 'train');
  if (own > 0) files.unshift(...files.splice(own, 1));
  if (own >= 0 && alone) files.splice(1);
  const tokenizer = await defaultTokenizer(name);
  let found: Promise<SourceOptions> | undefined;
  const shared = (): Promise<SourceOptions> => (found ??= sharedBy(train, options));
  const splits = files.map(
    ({ split, ...file }) =>
      new SplitInspection(split, file, labels, options, tokenizer, split === 'train' ? undefined : shared, counting),
  );
  return new Inspection(dataset, labels, splits);
}

/** Nothing where the training file cannot be read, which its own inspection reports. */
async function sharedBy(train: DatasetFile | undefined, options: SourceOptions): Promise<SourceOptions> {
  try {
    return train ? await sharedReading(train, options) : {};
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}
