/** Going through the documents whose labels may be wrong, one by one; what is decided is kept as corrections of the dataset. */
import { UserError } from '../base/errors.ts';
import { progressEvents, type RunEvent } from '../base/events.ts';
import type { WorkOptions } from '../base/progress.ts';
import {
  addDecision,
  correctionsFileOf,
  type Decision,
  readCorrections,
  textHash,
  undoDecision,
} from '../data/corrections/correctionLog.ts';
import { isSameLabels } from '../data/corrections/corrections.ts';
import { datasetFile, isSameDataset } from '../data/datasetFile.ts';
import { type DatasetFile, type Document, onlyFile, pathOf, type SourceOptions } from '../data/document.ts';
import { Analyses } from '../explore/analysis/analyses.ts';
import { openInspection, type Inspection } from '../explore/inspection.ts';
import type { DocumentLabel } from '../explore/inspectionApi.ts';
import { shownText } from '../explore/recordText.ts';
import { readBatches } from '../explore/documentSearch.ts';
import type { SplitInspection } from '../explore/splitInspection.ts';
import { TfidfIndex, valuesOf, wordsOf } from '../metrics/tfidf.ts';
import type { Corpus } from '../text/corpus.ts';
import { DocumentBuffer } from '../text/documentBuffer.ts';
import { Interner } from '../text/wordNumbers.ts';
import { readRunConfig, runPaths } from '../training/runFolder.ts';
import type { LabelEvidence } from './highlights.ts';
import type {
  CountedName,
  LikeDocument,
  ReviewDecision,
  ReviewDocument,
  ReviewItem,
  ReviewKind,
  ReviewLabel,
  ReviewOverview,
  ReviewQuery,
  ReviewTarget,
} from './reviewApi.ts';
import { ScoredRun } from './scoredRun.ts';

const longestText = 20_000;
const snippetLength = 200;
/** Documents shown beside one, and labels of the model. */
const mostLike = 5;
const mostProbable = 12;

type QueueItem = Omit<ReviewItem, 'isDecided' | 'label'> & { label?: string };

/** What a document was decided to be. */
interface Decided {
  labels: readonly string[];
  reason?: string;
}

export class Review {
  private readonly decided = new Map<number, Decided>();
  /** Labels by now, where they are not those that were read. */
  private readonly current = new Map<number, readonly string[]>();
  /** Documents by the id and the hash of the text that decisions hold. */
  private readonly numbers = new Map<string, number>();
  private options: SourceOptions;

  private constructor(
    private readonly inspection: Inspection,
    private readonly library: Library,
    private readonly queue: readonly QueueItem[],
    options: SourceOptions,
    private readonly scored?: ScoredRun,
  ) {
    this.options = options;
  }

  /** Reads the dataset, asks the model where there is one, and puts the queue together. Throws `UserError`, `Cancelled`. */
  static async open(
    { options = {}, run, ...dataset }: ReviewTarget,
    { signal, onEvent = () => {} }: { signal?: AbortSignal; onEvent?: (event: RunEvent) => void },
  ): Promise<Review> {
    const work = { signal, onProgress: progressEvents(onEvent, 'reading') };
    const scored = run === undefined ? undefined : await ScoredRun.open(run, dataset, { signal, onEvent });
    const asRead = { ...scored?.overview.options, ...options };
    const inspection = await openInspection(dataset, asRead, { alone: true });
    const [split] = inspection.splits;
    const library = await Library.read(split, await libraryOf(dataset, run), work);
    const quality = new Analyses(inspection);
    await quality.readQuality(work);
    const queue = [
      ...(scored ? doubtsOf(scored, split) : []),
      ...doubtfulTexts(quality, split),
      ...unlabelled(split, scored),
    ];
    const review = new Review(inspection, library, queue, asRead, scored);
    await review.takeDecisions();
    return review;
  }

  private get split(): SplitInspection {
    return this.inspection.splits[0];
  }

  private get dataset(): DatasetFile {
    return onlyFile(this.split);
  }

  /** Those of before; which documents they are on is found out when they are looked at. */
  private async takeDecisions(): Promise<void> {
    const log = await readCorrections(this.dataset, this.options);
    const ids = new Set(log?.decisions.map(({ id }) => id));
    if (ids.size === 0) return;
    const source = await this.split.reopen();
    let document = 0;
    for await (const batch of source.placed())
      for (const { document: found } of batch) {
        if (ids.has(found.id)) this.take(document, found, log?.decisions ?? []);
        document++;
      }
  }

  private take(document: number, found: Document, decisions: readonly Decision[]): void {
    const text = textHash(found);
    const last = decisions.findLast((one) => one.id === found.id && one.text === text);
    if (!last || !isSameLabels(last.after, found.labels)) return;
    this.numbers.set(keyOf({ id: found.id, text }), document);
    this.decided.set(document, { labels: last.after, reason: last.reason });
  }

  get overview(): ReviewOverview {
    const counts = Object.fromEntries(
      (['false', 'missed', 'contradictory', 'near', 'unlabelled'] as const).map((kind) => [
        kind,
        this.items(kind, false).length,
      ]),
    ) as Record<ReviewKind, number>;
    return {
      documents: this.split.index.length,
      corrections: correctionsFileOf(this.dataset, this.options.corrections) ?? '',
      model: this.scored?.overview.run,
      counts,
      decided: this.decided.size,
      library: pathOf(this.library.dataset),
    };
  }

  private items(kind: ReviewKind | undefined, withDecided: boolean): QueueItem[] {
    return this.queue.filter(
      (item) => (kind === undefined || item.kind === kind) && (withDecided || !this.decided.has(item.document)),
    );
  }

  page({ kind, withDecided, offset, limit }: ReviewQuery): { rows: ReviewItem[]; total: number } {
    const items = this.items(kind, withDecided);
    const rows = items.slice(offset, offset + limit).map(({ label, ...item }): ReviewItem => ({
      ...item,
      ...(label !== undefined && { label: this.named(label) }),
      isDecided: this.decided.has(item.document),
    }));
    return { rows, total: items.length };
  }

  private named(name: string): DocumentLabel {
    return { name, display: this.inspection.displayName(name) };
  }

  private async read(document: number, signal?: AbortSignal): Promise<Document> {
    const found = (await readOf(this.split, [document], signal)).get(document);
    if (found) return found;
    throw new UserError('file-changed', 'The document cannot be read any more', 'Open the review again.', this.dataset);
  }

  private labelsOf(document: number): string[] {
    const { index } = this.split;
    const known = index.labelsOf(document).map((label) => index.labels.names[label]);
    return [...(this.current.get(document) ?? known)];
  }

  async document(document: number, signal?: AbortSignal): Promise<ReviewDocument> {
    const found = await this.read(document, signal);
    const text = shownText(found);
    const decided = this.decided.get(document);
    return {
      document,
      id: found.id,
      line: found.line,
      text: text.slice(0, longestText),
      omitted: Math.max(0, text.length - longestText),
      labels: await this.labelRows(document, found, signal),
      like: await this.like(document, found, signal),
      isDecided: decided !== undefined,
      reason: decided?.reason,
    };
  }

  /** The document's own first, then what the model takes to be likeliest. */
  private async labelRows(document: number, found: Document, signal?: AbortSignal): Promise<ReviewLabel[]> {
    const own = this.labelsOf(document);
    const inFile = found.fileLabels ?? found.labels;
    const asked = (await this.scored?.document(document, signal))?.labels ?? [];
    const predicted = new Set(this.scored?.predicted(document));
    const shown = new Set([...own, ...inFile, ...predicted, ...asked.slice(0, mostProbable).map(({ name }) => name)]);
    const byName = new Map(asked.map((label) => [label.name, label]));
    return [...shown].map((name) => ({
      ...this.named(name),
      isOn: own.includes(name),
      isInFile: inFile.includes(name),
      probability: byName.get(name)?.probability,
      isPredicted: predicted.has(name),
      id: byName.get(name)?.id,
    }));
  }

  private async like(document: number, found: Document, signal?: AbortSignal): Promise<LikeDocument[]> {
    const near = this.library.nearest(found, this.library.isOf(this.split) ? document : undefined);
    const documents = await readOf(
      this.library.split,
      near.map(({ document: other }) => other),
      signal,
    );
    const isOwn = this.library.isOf(this.split);
    return near.flatMap(({ document: number, similarity }) => {
      const other = documents.get(number);
      if (!other) return [];
      const labels = (isOwn ? this.labelsOf(number) : other.labels).map((label) => this.named(label));
      const snippet = shownText(other).slice(0, snippetLength).replace(/\s+/g, ' ').trim();
      return [{ id: other.id, snippet, labels, similarity }];
    });
  }

  /** Undefined for a label that the model does not have, and where there is no model. */
  async evidence(document: number, label: number, signal?: AbortSignal): Promise<LabelEvidence | undefined> {
    return this.scored?.evidence(document, label, signal);
  }

  /** All labels of the dataset and of the model, the most frequent first. */
  labels(): CountedName[] {
    const { index } = this.split;
    const counts = new Map(index.labels.names.map((name, label) => [name, index.countOf(label)]));
    for (const name of [
      ...(this.scored?.labelNames ?? []),
      ...[...this.decided.values()].flatMap(({ labels }) => labels),
    ])
      if (!counts.has(name)) counts.set(name, 0);
    return [...counts]
      .map(([name, documents]) => ({ ...this.named(name), documents }))
      .sort((a, b) => b.documents - a.documents || (a.name < b.name ? -1 : 1));
  }

  /** Keeps what was decided: the same labels as before where they are right. Throws `UserError` of writing. */
  async decide({ document, labels, reason }: ReviewDecision): Promise<ReviewOverview> {
    const found = await this.read(document);
    const text = textHash(found);
    const before = this.labelsOf(document);
    await addDecision(this.dataset, this.options, { id: found.id, text, before, after: labels, reason });
    this.numbers.set(keyOf({ id: found.id, text }), document);
    this.decided.set(document, { labels, reason });
    this.current.set(document, labels);
    return this.overview;
  }

  /** Takes back the newest decision; the document that it was on, undefined where there is none. */
  async undo(): Promise<{ document?: number; overview: ReviewOverview } | undefined> {
    const undone = await undoDecision(this.dataset, this.options);
    if (!undone) return undefined;
    const document = this.numbers.get(keyOf(undone));
    if (document !== undefined) {
      const { decisions = [] } = (await readCorrections(this.dataset, this.options)) ?? {};
      const last = decisions.findLast(({ id, text }) => id === undone.id && text === undone.text);
      if (last) this.decided.set(document, { labels: last.after, reason: last.reason });
      else this.decided.delete(document);
      this.current.set(document, undone.before);
    }
    return { document, overview: this.overview };
  }

  /** From now on decisions are kept in this file. */
  keepIn(file: string): ReviewOverview {
    this.options = { ...this.options, corrections: file };
    return this.overview;
  }
}

const keyOf = ({ id, text }: Pick<Decision, 'id' | 'text'>): string => `${text} ${id}`;

/** The training file of the run, where it is another. */
async function libraryOf(dataset: DatasetFile, run: string | undefined): Promise<DatasetFile | undefined> {
  if (run === undefined) return undefined;
  const train = datasetFile((await readRunConfig(runPaths(run))).dataset.train);
  return isSameDataset(train, dataset) ? undefined : train;
}

/** Documents by their numbers; those that cannot be read any more are left out. */
async function readOf(
  { source, index }: SplitInspection,
  documents: readonly number[],
  signal?: AbortSignal,
): Promise<Map<number, Document>> {
  const wanted = [...new Set(documents)].sort((a, b) => a - b);
  const read = new Map<number, Document>();
  for await (const { found } of readBatches(source, index, wanted, signal))
    for (const [number, { document }] of found) read.set(number, document);
  return read;
}

/** Documents to find those in that are most like one. */
class Library {
  private constructor(
    readonly split: SplitInspection,
    private readonly words: Interner,
    private readonly corpus: Corpus,
    private readonly index: TfidfIndex,
  ) {}

  /** Reads `split`, and its words, or those of another file in its place. */
  static async read(split: SplitInspection, other: DatasetFile | undefined, work: WorkOptions): Promise<Library> {
    const inspected = other === undefined ? split : (await openInspection(other, {}, { alone: true })).splits[0];
    const words = new Interner();
    const buffer = new DocumentBuffer(split.tokenizer, Infinity, (word) => words.idOf(word) + firstWord);
    await inspected.readWhole(work, (document) => buffer.add(document));
    if (inspected !== split) await split.readWhole(work);
    const labels = Int32Array.from(buffer.labelNames.names.keys());
    const [corpus] = buffer.deal(1, () => 0, labels);
    return new Library(inspected, words, corpus, await TfidfIndex.build(corpus, work.signal));
  }

  get dataset(): DatasetFile {
    return onlyFile(this.split);
  }

  isOf(split: SplitInspection): boolean {
    return this.split === split;
  }

  /** @param own the document's number, where it is one of these */
  nearest(document: Document, own: number | undefined): { document: number; similarity: number }[] {
    const query = own === undefined ? this.encoded(document) : undefined;
    const words = query ? wordsOf(query, 0) : wordsOf(this.corpus, own!);
    const values = query ? valuesOf(query, 0) : valuesOf(this.corpus, own!);
    const { documents, similarities } = this.index.neighbours(words, mostLike + 1, values);
    return Array.from(documents, (found, i) => ({ document: found, similarity: similarities[i] }))
      .filter(({ document: found }) => found !== own)
      .slice(0, mostLike);
  }

  private encoded(document: Document): Corpus {
    const buffer = new DocumentBuffer(this.split.tokenizer, Infinity, (word) => this.words.idOf(word) + firstWord);
    buffer.add({ ...document, labels: [] });
    return buffer.deal(1, () => 0, new Int32Array())[0];
  }
}

/** Numbers below are those of padding and of unknown words. */
const firstWord = 2;

/** What model and dataset disagree on, the surest of the model first. */
function doubtsOf(scored: ScoredRun, { index }: SplitInspection): QueueItem[] {
  const items: QueueItem[] = [];
  for (const { document, label, probability, isTrue } of scored.disagreements()) {
    if (index.labelsOf(document).length === 0) continue; // they are a kind of their own
    const sureness = isTrue ? 1 - probability : probability;
    items.push({ document, kind: isTrue ? 'missed' : 'false', label, sureness });
  }
  return items.sort((a, b) => (b.sureness ?? 0) - (a.sureness ?? 0) || a.document - b.document);
}

/** Documents without labels; those that the model is least sure of first. */
function unlabelled({ index }: SplitInspection, scored: ScoredRun | undefined): QueueItem[] {
  const items: QueueItem[] = [];
  for (let document = 0; document < index.length; document++)
    if (index.labelsOf(document).length === 0)
      items.push({ document, kind: 'unlabelled', ...(scored && { sureness: scored.uncertainty(document) }) });
  return items.sort((a, b) => (b.sureness ?? 0) - (a.sureness ?? 0) || a.document - b.document);
}

/** Rows of a page of findings that are taken. */
const mostRows = 1000;

/** Texts, and nearly equal ones, that have other labels elsewhere. */
function doubtfulTexts({ quality }: Analyses, { index, source }: SplitInspection): QueueItem[] {
  if (source.bagOfWords) return [];
  const labels = (document: number): string[] => index.labelsOf(document).map((label) => index.labels.names[label]);
  const items: QueueItem[] = [];
  for (const kind of ['contradictory', 'near'] as const) {
    const { rows } = quality.page({ kind, offset: 0, limit: mostRows });
    const differing = rows.filter(({ found: [first, ...others] }) =>
      others.some((other) => !isSameLabels(labels(first.document), labels(other.document))),
    );
    const documents = new Set(differing.flatMap(({ found }) => found.map(({ document }) => document)));
    for (const document of documents) items.push({ document, kind });
  }
  return items;
}
