import type { PlaceRange, PlacedDocument, SeekableSource } from '../data/document.ts';
import { Cancelled } from '../base/errors.ts';
import type { TextCondition } from './documentFilter.ts';
import type { DocumentIndex } from './documentIndex.ts';
import { shownText } from './recordText.ts';
import { TextMatcher } from './textMatcher.ts';

/** What is read at a time: documents, and bytes unless one document has more. */
const rangeDocuments = 256;
const rangeBytes = 1 << 20;

/** Documents that hold a text, found as far as they are asked for; asking for more goes on where the last search ended. */
export class DocumentSearch {
  /** Document numbers, ascending. */
  readonly matches: number[] = [];
  /** Of those to search, how many were. */
  private searched = 0;
  private readonly matcher: TextMatcher;
  /** One goes on at a time. */
  private turn = Promise.resolve();

  /**
   * Throws `UserError` `bad-pattern`.
   * @param among only these documents, ascending
   */
  constructor(
    private readonly source: SeekableSource,
    private readonly index: DocumentIndex,
    wanted: TextCondition,
    private readonly among: readonly number[],
  ) {
    this.matcher = new TextMatcher(wanted);
  }

  /** Documents (of those to search) that were not looked at yet. */
  get unsearched(): number {
    return this.among.length - this.searched;
  }

  /** Searches until `count` documents were found or all were looked at. Throws `Cancelled` and `UserError`; what was found stays. */
  find(count: number, signal?: AbortSignal): Promise<void> {
    const found = this.turn.then(() => this.goOn(count, signal));
    this.turn = found.catch(() => {}); // whoever asked for it hears of it
    return found;
  }

  private async goOn(count: number, signal?: AbortSignal): Promise<void> {
    if (this.matches.length >= count || this.unsearched === 0) return;
    const rest = this.among.slice(this.searched);
    for await (const { asked, found } of readBatches(this.source, this.index, rest, signal)) {
      const holds = this.matcher.holding(found.map(([, { document }]) => [document.id, shownText(document)]));
      this.matches.push(...found.filter((_, i) => holds[i]).map(([document]) => document));
      this.searched += asked;
      if (this.matches.length >= count) return;
    }
  }
}

/** Reads documents (ascending) again: batches of how many were asked for, and those that are there. Throws `UserError`, `Cancelled`. */
export async function* readBatches(
  source: SeekableSource,
  index: DocumentIndex,
  documents: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<{ asked: number; found: [document: number, placed: PlacedDocument][] }, void> {
  const runs = groups(documents, index);
  const ranges = runs.map((run) => rangeOf(run, index));
  let i = 0;
  for await (const batch of source.again(ranges, signal)) {
    if (signal?.aborted) throw new Cancelled();
    const run = runs[i++];
    yield { asked: run.length, found: [...matched(run, batch, index)] };
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
