/** The figures of pieces of a dataset, counted in one thread and sent to another. */
import type { Finding } from '../../data/document.ts';
import { openReader } from '../../data/openDataset.ts';
import type { RawRecord, RecordReader } from '../../data/record.ts';
import {
  type FilePiece,
  headOf,
  type PieceRecords,
  type ReaderRequest,
  type RecordHead,
  recordsOfPiece,
} from '../../data/source.ts';
import type { TextForm } from '../../formats/bytes.ts';
import { Interner, WordNumbers } from '../../text/wordNumbers.ts';
import type { TokenizerName, WordScanner } from '../../text/tokenizer.ts';
import { defaultTokenizer } from '../survey.ts';
import { Distinct, type WordTable } from '../words/wordTable.ts';

/** What a thread has to know before it counts. */
export interface CounterStart {
  files: readonly ReaderRequest[];
  form: TextForm;
  /** With the settings of `defaultTokenizer`. */
  tokenizer: TokenizerName;
}

/** A piece, counted. Labels and words have numbers of the thread's own, in order of first occurrence in its pieces; a word may have several. */
export interface CountedPiece {
  numbers: number;
  leftOut: Finding[];
  /** Of each record: number, line, first byte, byte after it, words, number of labels, `flags`. */
  columns: Float64Array;
  ids: (string | undefined)[];
  doubts: [record: number, doubts: NonNullable<RawRecord['doubts']>][];
  labels: Int32Array;
  newLabels: readonly string[];
  words: { numbers: Int32Array; counts: Int32Array };
  newWords: readonly string[];
  areFeatures: boolean;
}

const width = 7;
const flags = { hasRepeats: 1, isEmpty: 2 };

/** Counts the pieces that one thread gets, in the order of the file but not all of them. */
export class PieceCounter {
  private readonly labels = new Interner();
  private readonly occurrences = new Distinct();

  /** @param newWords words that were numbered since the last call */
  constructor(
    private readonly readPiece: (piece: FilePiece) => AsyncIterable<PieceRecords>,
    private readonly words: Pick<WordTable, 'of' | 'areFeatures'>,
    private readonly newWords: () => string[] = () => [],
  ) {}

  /** Of a thread that knows nothing else. */
  static async open({ files, form, tokenizer }: CounterStart): Promise<PieceCounter> {
    const words = new ThreadWords(await defaultTokenizer(tokenizer));
    const readers: RecordReader[] = [];
    const readerOf = async (index: number): Promise<RecordReader> =>
      (readers[index] ??= (await openReader(files[index].dataset, files[index].options)).reader);
    await readerOf(0);
    const readPiece = async function* (piece: FilePiece): AsyncGenerator<PieceRecords, void> {
      yield* recordsOfPiece(await readerOf(piece.index), piece, form);
    };
    return new PieceCounter(readPiece, words, () => words.take());
  }

  async count(piece: FilePiece): Promise<CountedPiece> {
    const knownLabels = this.labels.size;
    const counted = { ids: [], doubts: [], leftOut: [] } as Pick<CountedPiece, 'ids' | 'doubts' | 'leftOut'>;
    const [columns, labels]: number[][] = [[], []];
    let numbers = 0;
    for await (const batch of this.readPiece(piece)) {
      for (const record of batch.records) {
        const head = headOf(record);
        const words = this.words.of(record);
        this.occurrences.add(words);
        for (const label of head.labels) labels.push(this.labels.idOf(label));
        if (head.doubts) counted.doubts.push([counted.ids.length, head.doubts]);
        counted.ids.push(head.id);
        const flag = (head.hasRepeats ? flags.hasRepeats : 0) + (head.isEmpty ? flags.isEmpty : 0);
        columns.push(head.number + numbers, head.line, head.byte, head.stop, words.length, head.labels.length, flag);
      }
      numbers += batch.numbers;
      counted.leftOut.push(...batch.leftOut);
    }
    return {
      ...counted,
      numbers,
      columns: Float64Array.from(columns),
      labels: Int32Array.from(labels),
      newLabels: this.labels.names.slice(knownLabels),
      words: this.occurrences.take(),
      newWords: this.newWords(),
      areFeatures: this.words.areFeatures,
    };
  }
}

/**
 * Numbers for words, which whoever puts the threads' words together keeps: it tells those apart that are one word, written in several
 * ways, so that not every thread has to.
 */
class ThreadWords {
  areFeatures = false;
  private fresh: string[] = [];
  private count = 0;
  private readonly texts: WordNumbers;
  /** Numbers of features, and of words that are not remembered elsewhere. */
  private readonly known = new Map<string | number, number>();

  constructor(tokenizer: WordScanner) {
    this.texts = new WordNumbers(tokenizer, (word, isNew) => (isNew ? this.add(word) : this.find(word)));
  }

  of({ text, features }: Pick<RawRecord, 'text' | 'features'>): Int32Array {
    if (!features) return this.texts.of(text);
    this.areFeatures ||= features.indices.length > 0;
    return Int32Array.from(features.indices, (feature) => this.find(feature));
  }

  private find(key: string | number): number {
    let number = this.known.get(key);
    if (number === undefined) this.known.set(key, (number = this.add(String(key))));
    return number;
  }

  private add(word: string): number {
    this.fresh.push(word);
    return this.count++;
  }

  /** Words that were numbered since the last call. */
  take(): string[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }
}

/** What one thread counted, read in the order of the file. */
export class CounterReader {
  private readonly labels: string[] = [];
  /** Of the thread's words the numbers that all threads' words have together. */
  private readonly words: number[] = [];

  /** @param wordOf the number of a word for all threads; absent where the thread has these numbers itself */
  constructor(private readonly wordOf?: (word: string, isFeature: boolean) => number) {}

  /** The records of the thread's next piece, and the words of each. */
  heads(counted: CountedPiece): { heads: RecordHead[]; words: number[] } {
    const { columns, ids, labels } = counted;
    this.labels.push(...counted.newLabels);
    const doubts = new Map(counted.doubts);
    const words: number[] = [];
    let at = 0;
    const heads = ids.map((id, i): RecordHead => {
      const from = i * width;
      words.push(columns[from + 4]);
      const own: string[] = [];
      for (const end = at + columns[from + 5]; at < end; at++) own.push(this.labels[labels[at]]);
      const flag = columns[from + 6];
      return {
        id,
        number: columns[from],
        line: columns[from + 1],
        byte: columns[from + 2],
        stop: columns[from + 3],
        labels: own,
        hasRepeats: (flag & flags.hasRepeats) > 0,
        isEmpty: (flag & flags.isEmpty) > 0,
        doubts: doubts.get(i),
      };
    });
    return { heads, words };
  }

  /** How often words occur in the thread's next piece. */
  occurrences({ words, newWords, areFeatures }: CountedPiece): { numbers: Int32Array; counts: Int32Array } {
    if (!this.wordOf) return words;
    for (const word of newWords) this.words.push(this.wordOf(word, areFeatures));
    const numbers = new Int32Array(words.numbers.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = this.words[words.numbers[i]];
    return { numbers, counts: words.counts };
  }
}
