/** What is asked of an inspected dataset beyond its statistics. Each analysis is kept until the dataset is read anew. */
import { UserError } from '../../base/errors.ts';
import { type DatasetFile, onlyFile } from '../../data/document.ts';
import { type CooccurringLabel, documentsOfLabels, headCooccurrence, neighboursOf } from '../clusters/cooccurrence.ts';
import type { Inspection } from '../inspection.ts';
import type { SplitOrAll } from '../../base/splits.ts';
import type { Page } from '../inspectionApi.ts';
import { LabelTable } from '../documentIndex.ts';
import { SplitInspection } from '../splitInspection.ts';
import { defaultTokenizer } from '../survey.ts';
import type {
  ComparedLabel,
  ComparedQuery,
  ComparisonOverview,
  CountedLabel,
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
} from './analysisApi.ts';
import { Comparison, type SetToCompare } from './comparison.ts';
import { QualityOfSplits } from './qualityOfSplits.ts';
import { Passes } from './readAgain.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { readingProgress } from '../../data/readThrough.ts';
import { splitLabels, type SplitLabels } from '../clusters/labelIncidence.ts';
import { WordsOfSplit } from './wordsOfSplit.ts';

const wordsOfLabel = 40;
const wordsOfDocument = 20;

export class Analyses {
  private readonly labels = new Map<SplitOrAll, LabelsOfSplit>();
  private readonly words = new Map<SplitOrAll, WordsOfSplit>();
  private neighbours: { key: string; found: CooccurringLabel[] } | undefined;
  private checked: QualityOfSplits | undefined;
  private compared: { key: string; comparison: Comparison } | undefined;

  constructor(private readonly inspection: Inspection) {}

  /** Reads the words of a split, unless all of them are known. An abort leaves those of the first documents. Throws `UserError`. */
  async readWords(name: SplitOrAll, work: WorkOptions): Promise<WordsOverview> {
    const split = this.inspection.split(name);
    let words = this.words.get(name);
    if (!words || words.index.documents < split.index.length) {
      words = await WordsOfSplit.read(split, await defaultTokenizer(), new Passes(1, work));
      this.words.set(name, words);
    }
    return { documents: words.index.documents, of: split.index.length, words: words.index.words.length };
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
    const { labels } = this.labelsOf(name);
    const words = this.wordsOf(name);
    const ranks = labels.labelIds.subarray(labels.starts[document], labels.starts[document + 1]);
    const split = this.inspection.split(name);
    return {
      documents: words.index.documents,
      of: labels.documents,
      split: name,
      ...onlyFile(split),
      document,
      id: words.index.ids[document] ?? '',
      line: split.index.place(document).line,
      labels: Array.from(ranks, (rank) => ({ name: labels.names[rank], display: labels.display[rank] })),
      words: words.ofDocument(document, wordsOfDocument),
    };
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

  /** Checks documents and labels, unless all were. An abort leaves what the first documents tell. Throws `UserError`. */
  async readQuality(work: WorkOptions): Promise<QualityOverview> {
    if (!this.checked?.isWhole) {
      const splits = this.inTrainingOrder();
      const passes = new Passes(splits.length, work);
      const { labels } = this.labelsOf(splits[0].split);
      this.checked = await QualityOfSplits.read(splits, labels, await defaultTokenizer(), passes);
    }
    return this.checked.overview();
  }

  qualityPage(query: QualityQuery): Page<QualityRow> {
    return known(this.checked).page(query);
  }

  /** Holds a split against another set, unless that was done. An abort leaves what was read. Throws `UserError`. */
  async compare(name: SplitOrAll, other: OtherSet, work: WorkOptions): Promise<ComparisonOverview> {
    const first: SetToCompare = this.setOf(name);
    const key = JSON.stringify([name, other, first.labels.documents]);
    if (this.compared?.key !== key || !this.compared.comparison.isWhole) {
      const passes = new Passes('split' in other ? 2 : 3, work);
      const second = 'split' in other ? this.setOf(other.split) : await this.otherFile(other, passes);
      this.compared = { key, comparison: await Comparison.read(first, second, passes) };
    }
    return this.compared.comparison.overview();
  }

  comparedPage(query: ComparedQuery): Page<ComparedLabel> {
    return known(this.compared).comparison.page(query);
  }

  duplicatePage({ offset, limit }: { offset: number; limit: number }): Page<DuplicateRow> {
    return known(this.compared).comparison.duplicates(offset, limit);
  }

  nearest(document: number): NearestDocument {
    return known(this.compared).comparison.nearestTo(document);
  }

  /** The training file first: what others share with it is leakage. */
  private inTrainingOrder(): SplitInspection[] {
    const splits = this.inspection.splits.filter(({ index }) => index.length > 0);
    return splits.sort((a, b) => Number(b.split === 'train') - Number(a.split === 'train'));
  }

  private setOf(name: SplitOrAll): SetToCompare {
    return { inspection: this.inspection.split(name), split: name, labels: this.labelsOf(name).labels };
  }

  /** Reads a file that is no split of the dataset. Throws `UserError`. */
  private async otherFile(other: Extract<OtherSet, DatasetFile>, passes: Passes): Promise<SetToCompare> {
    const inspection = new SplitInspection(
      'all',
      other,
      new LabelTable(),
      other.options ?? {},
      await defaultTokenizer(),
    );
    const tell = passes.begin();
    const onBatch = (): void => tell(readingProgress(inspection.source, 'reading', inspection.index.length));
    await inspection.read(onBatch, passes.work.signal);
    inspection.throwFailure();
    const displayOf = (label: string): string | undefined =>
      inspection.labelNames.map.get(label) ?? this.inspection.displayName(label);
    return { inspection, labels: splitLabels(inspection.index, displayOf) };
  }

  private wordsOf(name: SplitOrAll): WordsOfSplit {
    return known(this.words.get(name));
  }

  private labelsOf(name: SplitOrAll): LabelsOfSplit {
    const { index } = this.inspection.split(name);
    const held = this.labels.get(name);
    if (held?.labels.documents === index.length) return held;
    const made = new LabelsOfSplit(splitLabels(index, (label) => this.inspection.displayName(label)));
    this.labels.set(name, made);
    return made;
  }
}

/** The labels of a split, and the documents of each. */
class LabelsOfSplit {
  private inverted: { starts: Float64Array; documents: Int32Array } | undefined;

  constructor(readonly labels: SplitLabels) {}

  readonly documentsOf = (rank: number): Int32Array => {
    const { starts, documents } = (this.inverted ??= documentsOfLabels(this.labels));
    return documents.subarray(starts[rank], starts[rank + 1]);
  };
}

function rankOf(labels: SplitLabels, name: string): number {
  const rank = labels.rankOf(name);
  if (rank !== undefined) return rank;
  throw new UserError('unknown-label', `No document of this split has the label ${name}`, 'Choose another label.');
}

const countedLabel = ({ names, display, counts }: SplitLabels, rank: number): CountedLabel => ({
  name: names[rank],
  display: display[rank],
  documents: counts[rank],
});

/** What an analysis found that was asked for before. */
function known<T>(found: T | undefined): T {
  if (found !== undefined) return found;
  throw new UserError('not-analysed', 'This was not analysed yet', 'Start the analysis.');
}
