import { type SplitOrAll } from '../base/splits.ts';
import type { ClusterFilter, DocumentFilter, DocumentSort, LabelCondition } from './documentFilter.ts';
import type { LabelTable } from './documentIndex.ts';
import { DocumentSearch, readBatches } from './documentSearch.ts';
import { shownText } from './recordText.ts';
import type { SplitInspection } from './splitInspection.ts';

/** Characters of a text that it is sorted by. */
const sortedLength = 100;

type Asked = DocumentFilter & { split: SplitOrAll; sort?: DocumentSort };

/** Documents by number, in the order asked for; those of a search as far as it went. */
export interface FoundDocuments {
  documents: readonly number[];
  /** Documents that were not searched yet. */
  unsearched: number;
}

/** The documents of a dataset that are as asked for. What was found last is kept: the next page of it costs nothing. */
export class DocumentFinder {
  private filtered?: { key: string; documents: readonly number[] };
  private searched?: { key: string; search: DocumentSearch };
  private sorted?: { key: string; documents: readonly number[] };

  constructor(
    private readonly labels: LabelTable,
    private readonly labelsOfCluster: (filter: ClusterFilter) => Promise<ReadonlySet<number>>,
  ) {}

  /** A search goes on until `count` were found, or to its end where they are sorted. Throws `UserError`, `Cancelled`. */
  async find(split: SplitInspection, asked: Asked, count: number, signal?: AbortSignal): Promise<FoundDocuments> {
    const { sort, text } = asked;
    const isSorted = sort !== undefined && (sort.by !== 'place' || sort.descending);
    const among = await this.filter(split, asked);
    const found = text
      ? await this.search(split, asked, among, isSorted ? Infinity : count, signal)
      : { documents: among, unsearched: 0 };
    if (!isSorted) return found;
    const key = keyOf(split, asked, sort);
    if (this.sorted?.key !== key)
      this.sorted = { key, documents: await sortedBy(split, found.documents, sort, signal) };
    return { documents: this.sorted.documents, unsearched: 0 };
  }

  private async filter(split: SplitInspection, { text: _, ...asked }: Asked): Promise<readonly number[]> {
    const key = keyOf(split, asked);
    if (this.filtered?.key === key) return this.filtered.documents;
    const documents = await this.filteredAnew(split, asked);
    this.filtered = { key, documents };
    return documents;
  }

  private async filteredAnew({ index }: SplitInspection, asked: DocumentFilter): Promise<number[]> {
    const { cluster, words, labelCount } = asked;
    const labels = this.numbersOf(asked.labels);
    if (!labels) return [];
    const oneOf = [...labels.oneOf, ...(cluster ? [await this.labelsOfCluster(cluster)] : [])];
    return index.documentsWhere({ ...labels, oneOf, words, labelCount });
  }

  /** undefined where no document can have such labels. */
  private numbersOf({ all = [], any = [], none = [] }: LabelCondition = {}):
    { all: Set<number>; oneOf: Set<number>[]; none: Set<number> } | undefined {
    const numbers = (names: readonly string[]): Set<number> =>
      new Set(names.map((name) => this.labels.find(name)).filter((label) => label !== undefined));
    const [required, oneOf] = [numbers(all), numbers(any)];
    if (required.size < new Set(all).size || (any.length > 0 && oneOf.size === 0)) return undefined;
    return { all: required, oneOf: any.length > 0 ? [oneOf] : [], none: numbers(none) };
  }

  private async search(
    split: SplitInspection,
    asked: Asked,
    among: readonly number[],
    count: number,
    signal?: AbortSignal,
  ): Promise<FoundDocuments> {
    const key = keyOf(split, asked);
    if (this.searched?.key !== key) {
      const search = new DocumentSearch(split.source, split.index, asked.text!, among);
      this.searched = { key, search };
    }
    const { search } = this.searched;
    await search.find(count, signal);
    return { documents: search.matches, unsearched: search.unsearched };
  }
}

/** The same documents are found by the same key, unless more have been read meanwhile. */
const keyOf = (
  { split, index }: SplitInspection,
  { labels, cluster, words, labelCount, text }: DocumentFilter,
  sort?: DocumentSort,
): string => JSON.stringify([split, index.length, labels, cluster, words, labelCount, text, sort]);

/** Ids and texts are not held: they are read for it. Throws `UserError`, `Cancelled`. */
async function sortedBy(
  { source, index }: SplitInspection,
  documents: readonly number[],
  { by, descending }: DocumentSort,
  signal?: AbortSignal,
): Promise<number[]> {
  const sign = descending ? -1 : 1;
  if (by === 'place') return documents.toReversed();
  if (by === 'words' || by === 'labels') {
    const amount = by === 'words' ? index.words.bind(index) : index.labelCount.bind(index);
    return documents.toSorted((a, b) => sign * (amount(a) - amount(b)) || a - b);
  }
  const keys = new Map<number, string>();
  for await (const { found } of readBatches(source, index, documents, signal))
    for (const [document, { document: read }] of found)
      keys.set(document, by === 'id' ? read.id : shownText(read).slice(0, sortedLength).trimStart());
  return documents.toSorted((a, b) => sign * collator.compare(keys.get(a) ?? '', keys.get(b) ?? '') || a - b);
}

const collator = new Intl.Collator('en', { numeric: true });
