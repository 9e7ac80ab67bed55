import type { PlaceRange, PlacedDocument, SeekableSource } from '../data/document.ts';
import { Cancelled } from '../base/errors.ts';
import type { DocumentIndex } from './documentIndex.ts';
import { shownText } from './recordText.ts';

/** What is read at a time: documents, and bytes unless one document has more. */
const rangeDocuments = 256;
const rangeBytes = 1 << 20;

/** Documents that hold a text, found as far as they are asked for; asking for more goes on where the last search ended. */
export class DocumentSearch {
  /** Document numbers, ascending. */
  readonly matches: number[] = [];
  private next = 0;
  private readonly wanted: string;

  /**
   * @param text searched for in text and id, without regard to case
   * @param among only these documents, ascending
   */
  constructor(
    private readonly source: SeekableSource,
    private readonly index: DocumentIndex,
    text: string,
    private readonly among?: readonly number[],
  ) {
    this.wanted = text.toLowerCase();
  }

  /** Documents (of those to search) that were not looked at yet. */
  get unsearched(): number {
    if (this.among === undefined) return this.index.length - this.next;
    return this.next < this.index.length ? this.candidates(this.next, this.index.length).length : 0;
  }

  /** Searches until `count` documents were found or all were looked at. Throws `Cancelled`; what was found stays. */
  async find(count: number, signal?: AbortSignal): Promise<void> {
    const end = this.index.length;
    if (this.matches.length >= count || this.next >= end) return;
    const documents = this.candidates(this.next, end);
    const ranges = groups(documents, this.index);
    const places = ranges.map((group) => rangeOf(group, this.index));
    let i = 0;
    for await (const batch of this.source.again(places, signal)) {
      if (signal?.aborted) throw new Cancelled();
      const group = ranges[i++];
      for (const [document, placed] of matched(group, batch, this.index))
        if (this.holds(placed)) this.matches.push(document);
      this.next = group[group.length - 1] + 1;
      if (this.matches.length >= count) return;
    }
    this.next = end;
  }

  private candidates(from: number, to: number): number[] {
    if (this.among !== undefined) return this.among.filter((document) => document >= from);
    return Array.from({ length: to - from }, (_, i) => from + i);
  }

  private holds({ document }: PlacedDocument): boolean {
    return [shownText(document), document.id].some((text) => text.toLowerCase().includes(this.wanted));
  }
}

/** Runs of consecutive documents, none too large to be read at once. */
export function groups(documents: readonly number[], index: DocumentIndex): number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  let start = 0;
  for (const document of documents) {
    const { byte, stop } = index.place(document);
    const isNext = run.length > 0 && document === run[run.length - 1] + 1;
    if (!isNext || byte < start || run.length === rangeDocuments || stop - start > rangeBytes) {
      run = [];
      runs.push(run);
      start = byte;
    }
    run.push(document);
  }
  return runs;
}

export function rangeOf(group: readonly number[], index: DocumentIndex): PlaceRange {
  return { first: index.place(group[0]), last: index.place(group[group.length - 1]) };
}

/** Pairs documents of the index with what was read, by the numbers of the records. */
export function* matched(
  group: readonly number[],
  batch: readonly PlacedDocument[],
  index: DocumentIndex,
): Generator<[document: number, placed: PlacedDocument], void> {
  let at = 0;
  for (const placed of batch) {
    while (at < group.length && index.place(group[at]).number < placed.place.number) at++;
    if (at < group.length && index.place(group[at]).number === placed.place.number) yield [group[at++], placed];
  }
}
