import { compareSets, NearestByLabels, type SetComparison, type SetFacts } from '../compareSets.ts';
import { onlyFile } from '../../data/document.ts';
import type { SplitOrAll } from '../../base/splits.ts';
import type { Page } from '../inspectionApi.ts';
import type { QualityReport } from '../quality/documentQuality.ts';
import type { SplitInspection } from '../splitInspection.ts';
import type {
  ComparedLabel,
  ComparedQuery,
  ComparedSet,
  ComparisonOverview,
  DocumentWords,
  DuplicateRow,
  NearestDocument,
} from './analysisApi.ts';
import { pointerOf } from './qualityOfSplits.ts';
import type { LabelIncidence } from '../clusters/labelIncidence.ts';
import type { WordsOfSplit } from './wordsOfSplit.ts';

/** A set that is compared, read. */
export interface ReadSet {
  inspection: SplitInspection;
  /** Undefined for a file that is no split of the dataset. */
  split?: SplitOrAll;
  labels: LabelIncidence;
  words: WordsOfSplit;
}

/** Labels listed as moved, and as those of one set alone. */
const mostListed = 1000;
/** Words reported of a document, as the original program does. */
const wordsTold = 10;

/** Two sets compared as wholes, and document by document. */
export class Comparison {
  private readonly compared: SetComparison;
  private nearest: NearestByLabels | undefined;

  /** @param report of the texts of both; undefined where they are not compared */
  constructor(
    private readonly first: ReadSet,
    readonly second: ReadSet,
    private readonly report: QualityReport | undefined,
  ) {
    this.compared = compareSets(factsOf(first), factsOf(second), mostListed);
  }

  get isWhole(): boolean {
    return [this.first, this.second].every(
      ({ inspection, words, labels }) => inspection.isRead && words.index.documents === labels.documents,
    );
  }

  overview(): ComparisonOverview {
    const { first, second, compared, report } = this;
    const isSameKind = first.inspection.source.bagOfWords === second.inspection.source.bagOfWords;
    return {
      first: shapeOf(first),
      second: shapeOf(second),
      labels: compared.labels,
      words: isSameKind ? compared.words : undefined,
      duplicates: report?.leakage[0],
    };
  }

  page({ list, offset, limit }: ComparedQuery): Page<ComparedLabel> {
    const rows = list === 'moved' ? this.compared.moved : this.compared[list].map(({ name }) => ({ name, z: 0 }));
    return {
      rows: rows.slice(offset, offset + limit).map(({ name, z }) => this.row(name, z)),
      total: rows.length,
    };
  }

  duplicates(offset: number, limit: number): Page<DuplicateRow> {
    const all = this.report?.leaks.first ?? [];
    const rows = all.slice(offset, offset + limit).map(({ first, second, similarity, exact }) => ({
      first: pointer(this.first, first),
      second: pointer(this.second, second),
      similarity,
      exact,
    }));
    return { rows, total: all.length };
  }

  /** The document of the second set that shares most labels with one of the first. */
  nearestTo(document: number): NearestDocument {
    const { first, second } = this;
    const shown = documentOf(first, document, wordsTold);
    this.nearest ??= new NearestByLabels(second.labels, second.labels.names);
    const found = this.nearest.find(shown.labels.map(({ name }) => name));
    if (!found) return { document: shown };
    const other = documentOf(second, found.document, wordsTold);
    const own = new Set(shown.labels.map(({ name }) => name));
    const shared = other.labels.map(({ name }) => name).filter((name) => own.has(name));
    return { document: shown, nearest: { ...other, shared } };
  }

  private row(name: string, z: number): ComparedLabel {
    const [a, b] = [this.first, this.second].map(({ labels }) => ({ labels, rank: labels.rankOf(name) }));
    const documents = ({ labels, rank }: typeof a): number => (rank === undefined ? 0 : labels.counts[rank]);
    const display = [a, b].map(({ labels, rank }) => (rank === undefined ? undefined : labels.display[rank]));
    const share = (side: typeof a): number => (side.labels.documents ? documents(side) / side.labels.documents : 0);
    return {
      name,
      display: display.find((one) => one !== undefined),
      first: documents(a),
      second: documents(b),
      firstShare: share(a),
      secondShare: share(b),
      z,
    };
  }
}

function factsOf({ labels, words: { index } }: ReadSet): SetFacts {
  return {
    documents: labels.documents,
    labels: new Map(labels.names.map((name, label) => [name, labels.counts[label]])),
    words: new Map(index.words.map((word, i) => [word, index.documentFrequency[i]])),
  };
}

function shapeOf({ inspection, split, labels, words: { index } }: ReadSet): ComparedSet {
  const total = index.counts.reduce((sum, n) => sum + n, 0);
  return {
    split,
    ...onlyFile(inspection),
    documents: index.documents,
    of: labels.documents,
    meanWords: index.documents ? total / index.documents : 0,
    labelsPerDocument: labels.documents ? labels.labelIds.length / labels.documents : 0,
    labels: labels.labels,
    words: index.words.length,
    bagOfWords: inspection.source.bagOfWords,
  };
}

const pointer = (
  { inspection: { file, part }, split }: ReadSet,
  ref: { document: number; id: string; line: number },
): ReturnType<typeof pointerOf> => pointerOf({ split, file, part }, ref);

/** A document with its labels and the `top` words that mark it; an id where its words were read. */
export function documentOf(set: ReadSet, document: number, top: number): DocumentWords {
  const { labels, words } = set;
  const { index } = words;
  const ranks = labels.labelIds.subarray(labels.starts[document], labels.starts[document + 1]);
  const isRead = document < index.documents;
  return {
    ...pointer(set, {
      document,
      id: isRead ? index.ids[document] : '',
      line: set.inspection.index.place(document).line,
    }),
    documents: index.documents,
    of: labels.documents,
    labels: Array.from(ranks, (rank) => ({ name: labels.names[rank], display: labels.display[rank] })),
    words: words.ofDocument(document, top),
  };
}
