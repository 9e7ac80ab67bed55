/** What is asked of an inspected dataset beyond its statistics. Each analysis is kept until the dataset is read again. */
import { UserError } from '../../base/errors.ts';
import type { DatasetFile, Document } from '../../data/document.ts';
import { type CooccurringLabel, documentsOfLabels, headCooccurrence, neighboursOf } from '../clusters/cooccurrence.ts';
import type { Inspection } from '../inspection.ts';
import type { SplitOrAll } from '../../base/splits.ts';
import type { Page } from '../inspectionApi.ts';
import { LabelTable } from '../documentIndex.ts';
import { QualityCollector } from '../quality/documentQuality.ts';
import { SplitInspection } from '../splitInspection.ts';
import { WordIndexBuilder } from '../words/wordIndex.ts';
import type {
  ComparedLabel,
  ComparedQuery,
  ComparisonOverview,
  DocumentWords,
  DuplicateRow,
  FoundDocument,
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
} from './analysisApi.ts';
import { Comparison, documentOf, type ReadSet } from './comparison.ts';
import { QualityOfSplits } from './qualityOfSplits.ts';
import { Passes } from './readAgain.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { countedLabel, displayIn, incidenceOf, type LabelIncidence } from '../clusters/labelIncidence.ts';
import { WordsOfSplit } from './wordsOfSplit.ts';

const wordsOfLabel = 40;
const wordsOfDocument = 20;

/** What the first reading of the documents gathers on the way, so that they are not read again for it. */
export interface Gathering {
  /** Splits whose words will be asked for. */
  words: readonly SplitOrAll[];
  /** Whether the quality of all splits will be asked for. */
  quality: boolean;
  /** The split whose texts will be compared with those of another set. */
  compared?: SplitOrAll;
}

interface Gathered {
  words: Map<SplitOrAll, WordIndexBuilder>;
  quality?: QualityCollector;
  compared?: { split: SplitOrAll; texts: QualityCollector };
}

export class Analyses {
  private readonly gathered: Gathered = { words: new Map() };
  private readonly labels = new Map<SplitOrAll, LabelsOfSplit>();
  private readonly words = new Map<SplitOrAll, WordsOfSplit>();
  private neighbours: { key: string; found: CooccurringLabel[] } | undefined;
  private checked: QualityOfSplits | undefined;
  private compared: { key: string; comparison: Comparison } | undefined;

  constructor(private readonly inspection: Inspection) {}

  /** Returns what is to see every document of the first reading, which reads split after split; undefined where nothing has to. */
  gather({ words, quality, compared }: Gathering): ((split: SplitInspection, document: Document) => void) | undefined {
    if (words.length === 0 && !quality && !compared) return undefined;
    const { gathered, inspection } = this;
    const [{ tokenizer }] = inspection.splits;
    for (const name of words) gathered.words.set(name, new WordIndexBuilder(tokenizer));
    if (quality) gathered.quality = new QualityCollector(tokenizer);
    if (compared) gathered.compared = { split: compared, texts: new QualityCollector(tokenizer) };
    return (split, document) => {
      gathered.words.get(split.split)?.add(document);
      if (document.features) return; // a bag of words has no texts
      gathered.quality?.add(inspection.splits.indexOf(split), document);
      if (gathered.compared?.split === split.split) gathered.compared.texts.add(0, document);
    };
  }

  /** Which documents of a split have which labels. */
  incidence(name: SplitOrAll): LabelIncidence {
    return this.labelsOf(name).labels;
  }

  /** Ids of the documents of a split whose words were read. */
  documentIds(name: SplitOrAll): readonly string[] {
    return this.wordsOf(name).index.ids;
  }

  /** Reads the words of a split, unless all of them are known. An abort leaves those of the first documents. Throws `UserError`. */
  async readWords(name: SplitOrAll, work: WorkOptions): Promise<WordsOverview> {
    const split = this.inspection.split(name);
    let words = this.words.get(name) ?? this.gatheredWords(split);
    if (!words || words.index.documents < split.index.length) {
      words = await WordsOfSplit.read(split, new Passes(1, work));
      this.words.set(name, words);
    }
    return { documents: words.index.documents, of: split.index.length, words: words.index.words.length };
  }

  private gatheredWords({ split, isRead }: SplitInspection): WordsOfSplit | undefined {
    const { words } = this.gathered;
    const builder = isRead ? words.get(split) : undefined;
    if (!builder) return undefined;
    words.delete(split);
    const found = new WordsOfSplit(builder.result());
    this.words.set(split, found);
    return found;
  }

  labelWords(name: SplitOrAll, label: string, measure: WordMeasure): LabelWords {
    const { labels, documentsOf } = this.labelsOf(name);
    const words = this.wordsOf(name);
    const rank = rankOf(labels, label);
    return {
      documents: words.index.documents,
      of: labels.documents,
      label: countedLabel(labels, rank),
      measure,
      words: words.marking(documentsOf(rank), measure, wordsOfLabel),
    };
  }

  documentWords(name: SplitOrAll, document: number): DocumentWords {
    return documentOf({ ...this.setOf(name), words: this.wordsOf(name) }, document, wordsOfDocument);
  }

  /** How often the most frequent labels occur together. */
  headCooccurrence(name: SplitOrAll, most: number): HeadCooccurrence {
    const { labels } = this.labelsOf(name);
    const head = Math.min(most, labels.labels);
    const counts = headCooccurrence(labels, head);
    const occurrences = labels.counts.subarray(0, head).reduce((sum, n) => sum + n, 0);
    return {
      labels: Array.from({ length: head }, (_, rank) => countedLabel(labels, rank)),
      counts: Array.from({ length: head }, (_, row) => [...counts.subarray(row * head, (row + 1) * head)]),
      all: labels.labels,
      share: labels.labelIds.length ? occurrences / labels.labelIds.length : 0,
      documents: labels.documents,
    };
  }

  /** A page of the labels that share documents with one. */
  neighbourPage(query: NeighbourQuery): Page<NeighbourRow> {
    const { split, label, search, sort, descending, offset, limit } = query;
    const { labels, documentsOf } = this.labelsOf(split);
    const rank = rankOf(labels, label);
    const key = JSON.stringify([split, label, labels.documents]);
    if (this.neighbours?.key !== key) this.neighbours = { key, found: neighboursOf(labels, rank, documentsOf(rank)) };
    const wanted = search?.toLowerCase() ?? '';
    const isCalled = ({ label: other }: CooccurringLabel): boolean =>
      [labels.names[other], labels.display[other]].some((text) => text?.toLowerCase().includes(wanted));
    const found = this.neighbours.found.filter((neighbour) => wanted === '' || isCalled(neighbour));
    if (sort === 'lift')
      found.sort((a, b) => b.together / labels.counts[b.label] - a.together / labels.counts[a.label]);
    if (!descending) found.reverse();
    const own = labels.counts[rank];
    const rows = found.slice(offset, offset + limit).map(({ label: other, together }): NeighbourRow => ({
      ...countedLabel(labels, other),
      together,
      ofLabel: together / own,
      ofOther: together / labels.counts[other],
      lift: (together * labels.documents) / (own * labels.counts[other]),
    }));
    return { rows, total: found.length };
  }

  /** Checks documents and labels, unless all were. An abort leaves what the first documents gave. Throws `UserError`. */
  async readQuality(work: WorkOptions): Promise<QualityOverview> {
    if (!this.checked?.isWhole) {
      const splits = this.inTrainingOrder();
      const labels = this.incidence(splits[0].split);
      this.checked =
        this.gatheredQuality(splits, labels) ??
        (await QualityOfSplits.read(splits, labels, new Passes(splits.length, work)));
    }
    return this.checked.overview();
  }

  /** Documents were gathered in the order of the inspection, and all of them have to be there. */
  private gatheredQuality(splits: SplitInspection[], labels: LabelIncidence): QualityOfSplits | undefined {
    const { quality } = this.gathered;
    const inOrder = this.inspection.splits;
    if (!quality || !inOrder.every((split, i) => split.isRead && split === splits[i])) return undefined;
    this.gathered.quality = undefined;
    const haveTexts = !splits.some(({ source }) => source.bagOfWords);
    return new QualityOfSplits(splits, labels, haveTexts ? quality.result(splits.length) : undefined);
  }

  /** All that was found, where documents and labels were checked. */
  get quality(): QualityOfSplits {
    return known(this.checked);
  }

  /** The documents of the page with their texts, which are read again. */
  async qualityPage(query: QualityQuery): Promise<Page<QualityRow>> {
    const page = this.quality.page(query);
    const found = page.rows.flatMap((row) => row.found);
    const texts = new Map<FoundDocument, Pick<FoundDocument, 'snippet' | 'labels'>>();
    for (const name of new Set(found.flatMap(({ split }) => split ?? []))) {
      const own = found.filter(({ split }) => split === name);
      const rows = await this.inspection.rowsOf(name, [...new Set(own.map(({ document }) => document))]);
      const byNumber = new Map(rows.map(({ document, snippet, labels }) => [document, { snippet, labels }]));
      for (const one of own) texts.set(one, byNumber.get(one.document) ?? {});
    }
    const rows = page.rows.map((row) => ({ ...row, found: row.found.map((one) => ({ ...one, ...texts.get(one) })) }));
    return { ...page, rows };
  }

  /**
   * Holds a split against another set, unless that was done. An abort leaves what was read. Throws `UserError`.
   * @param texts false: duplicates are not looked for
   */
  async compare(
    name: SplitOrAll,
    other: OtherSet,
    work: WorkOptions,
    { texts = true } = {},
  ): Promise<ComparisonOverview> {
    const key = JSON.stringify([name, other, texts, this.inspection.split(name).index.length]);
    if (this.compared?.key !== key || !this.compared.comparison.isWhole)
      this.compared = { key, comparison: await this.readComparison(name, other, texts, work) };
    return this.compared.comparison.overview();
  }

  private async readComparison(
    name: SplitOrAll,
    other: OtherSet,
    texts: boolean,
    work: WorkOptions,
  ): Promise<Comparison> {
    const split = this.inspection.split(name);
    const gathered = texts ? this.gatheredTexts(split) : undefined;
    const collector = gathered ?? new QualityCollector(split.tokenizer);
    const words = texts && !gathered ? undefined : (this.words.get(name) ?? this.gatheredWords(split));
    const passes = new Passes(words ? 1 : 2, work);
    const add = (set: number) => (document: Document) => {
      if (texts && !document.features) collector.add(set, document);
    };
    const first = words ? { ...this.setOf(name), words } : await this.readSet(name, passes, add(0));
    const second =
      'split' in other ? await this.readSet(other.split, passes, add(1)) : await this.readOther(other, passes, add(1));
    const haveTexts = texts && ![first, second].some(({ inspection }) => inspection.source.bagOfWords);
    return new Comparison(first, second, haveTexts ? collector.result(2) : undefined);
  }

  /** They serve one comparison, which adds those of the other set. */
  private gatheredTexts({ split, isRead }: SplitInspection): QualityCollector | undefined {
    const { compared } = this.gathered;
    if (compared?.split !== split || !isRead) return undefined;
    this.gathered.compared = undefined;
    return compared.texts;
  }

  /** All that was found, where two sets were compared. */
  get comparison(): Comparison {
    return known(this.compared).comparison;
  }

  comparedPage(query: ComparedQuery): Page<ComparedLabel> {
    return this.comparison.page(query);
  }

  duplicatePage({ offset, limit }: { offset: number; limit: number }): Page<DuplicateRow> {
    return this.comparison.duplicates(offset, limit);
  }

  nearest(document: number): NearestDocument {
    return this.comparison.nearestTo(document);
  }

  /** The training file first: what others share with it is leakage. Throws `UserError` where no file could be opened. */
  private inTrainingOrder(): SplitInspection[] {
    const { splits } = this.inspection;
    if (!splits.some(({ isOpen }) => isOpen)) void splits[0].source; // throws
    const opened = splits.filter(({ isOpen }) => isOpen);
    return opened.sort((a, b) => Number(b.split === 'train') - Number(a.split === 'train'));
  }

  private setOf(name: SplitOrAll): Omit<ReadSet, 'words'> {
    return { inspection: this.inspection.split(name), split: name, labels: this.incidence(name) };
  }

  private async readSet(name: SplitOrAll, passes: Passes, also: (document: Document) => void): Promise<ReadSet> {
    const set = this.setOf(name);
    return { ...set, words: await WordsOfSplit.read(set.inspection, passes, also) };
  }

  /** Reads a file that is no split of the dataset. Throws `UserError`. */
  private async readOther(
    other: Extract<OtherSet, DatasetFile>,
    passes: Passes,
    also: (document: Document) => void,
  ): Promise<ReadSet> {
    const [{ tokenizer }] = this.inspection.splits;
    const inspection = new SplitInspection('all', other, new LabelTable(), other.options ?? {}, tokenizer);
    const words = new WordIndexBuilder(tokenizer);
    await inspection.readWhole({ signal: passes.work.signal, onProgress: passes.begin() }, (document) => {
      words.add(document);
      also(document);
    });
    const displayOf = (label: string): string | undefined =>
      displayIn(inspection.labelNames.map, label) ?? this.inspection.displayName(label);
    return { inspection, labels: incidenceOf(inspection.index, displayOf), words: new WordsOfSplit(words.result()) };
  }

  private wordsOf(name: SplitOrAll): WordsOfSplit {
    return known(this.words.get(name));
  }

  private labelsOf(name: SplitOrAll): LabelsOfSplit {
    const { index } = this.inspection.split(name);
    const cached = this.labels.get(name);
    if (cached?.labels.documents === index.length) return cached;
    const made = new LabelsOfSplit(incidenceOf(index, (label) => this.inspection.displayName(label)));
    this.labels.set(name, made);
    return made;
  }
}

/** The labels of a split, and the documents of each. */
class LabelsOfSplit {
  private inverted: { starts: Float64Array; documents: Int32Array } | undefined;

  constructor(readonly labels: LabelIncidence) {}

  readonly documentsOf = (rank: number): Int32Array => {
    const { starts, documents } = (this.inverted ??= documentsOfLabels(this.labels));
    return documents.subarray(starts[rank], starts[rank + 1]);
  };
}

function rankOf(labels: LabelIncidence, name: string): number {
  const rank = labels.rankOf(name);
  if (rank !== undefined) return rank;
  throw new UserError('unknown-label', `No document of this split has the label ${name}`, 'Choose another label.');
}

/** What an analysis found that was asked for before. */
function known<T>(found: T | undefined): T {
  if (found !== undefined) return found;
  throw new UserError('not-analysed', 'This was not analysed yet', 'Start the analysis.');
}
