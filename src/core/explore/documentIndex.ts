import type { DocumentPlace } from '../data/document.ts';
import { ownString } from '../base/memory.ts';
import { type AmountRange, isInside } from './documentFilter.ts';

type Numbers = Uint32Array | Float64Array;

const chunkBits = 14;
const chunkSize = 1 << chunkBits;

/** Numbers appended one by one, in chunks of typed arrays: growing copies nothing, and less than a chunk is unused. */
class Column<T extends Numbers> {
  private readonly chunks: T[] = [];
  private used = 0;

  constructor(private readonly make: (length: number) => T) {}

  get length(): number {
    return this.used;
  }

  get byteLength(): number {
    return this.chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  push(value: number): void {
    this.growTo(this.used + 1);
    const last = this.used - 1;
    this.chunks[last >>> chunkBits][last & (chunkSize - 1)] = value;
  }

  /** Undefined behaviour outside what is held. */
  at(index: number): number {
    return this.chunks[index >>> chunkBits][index & (chunkSize - 1)];
  }

  /** Adds 1 at `index`, with zeros up to it where the column is shorter. */
  increment(index: number): void {
    if (index >= this.used) this.growTo(index + 1);
    this.chunks[index >>> chunkBits][index & (chunkSize - 1)]++;
  }

  private growTo(length: number): void {
    while (this.chunks.length * chunkSize < length) this.chunks.push(this.make(chunkSize));
    this.used = length;
  }
}

const uint32Column = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
const float64Column = (): Column<Float64Array> => new Column((length) => new Float64Array(length));

/** Documents listed as examples of a label. */
const examplesKept = 3;

/** Which documents have which labels; 4 bytes for each document and each of its labels. */
export class DocumentLabels {
  /** Labels of document i: rows[ends[i - 1] … ends[i]). */
  protected readonly ends = uint32Column();
  protected readonly rows = uint32Column();
  protected readonly counts = uint32Column();

  /** @param labels the table that the other splits share */
  constructor(readonly labels = new LabelTable()) {}

  get length(): number {
    return this.ends.length;
  }

  addLabels(labels: readonly string[]): void {
    for (const label of labels) {
      const id = this.labels.idOf(label);
      this.rows.push(id);
      this.counts.increment(id);
    }
    this.ends.push(this.rows.length);
  }

  /** Label ids, in the document's order. */
  labelsOf(document: number): number[] {
    const ids: number[] = [];
    for (let i = document === 0 ? 0 : this.ends.at(document - 1); i < this.ends.at(document); i++)
      ids.push(this.rows.at(i));
    return ids;
  }

  /** How many documents have the label. */
  countOf(label: number): number {
    return label < this.counts.length ? this.counts.at(label) : 0;
  }

  /** The documents that have the label, ascending; time: proportional to the labels of all documents. */
  documentsOf(label: number, limit = Infinity): number[] {
    const wanted = Math.min(limit, this.countOf(label));
    const found: number[] = [];
    for (let document = 0, at = 0; found.length < wanted; document++)
      for (const end = this.ends.at(document); at < end; at++) if (this.rows.at(at) === label) found.push(document);
    return found;
  }

  labelCount(document: number): number {
    return this.ends.at(document) - (document === 0 ? 0 : this.ends.at(document - 1));
  }

  /** The first documents of each of these labels, in one pass. */
  examplesOf(labels: readonly number[]): Map<number, number[]> {
    const examples = new Map<number, number[]>(labels.map((label) => [label, []]));
    let missing = labels.reduce((sum, label) => sum + Math.min(examplesKept, this.countOf(label)), 0);
    for (let document = 0, at = 0; missing > 0; document++)
      for (const end = this.ends.at(document); at < end; at++) {
        const found = examples.get(this.rows.at(at));
        if (!found || found.length === examplesKept) continue;
        found.push(document);
        missing--;
      }
    return examples;
  }
}

const [isRequired, isExcluded, firstGroup] = [1, 2, 4];

/** What the index knows of a document; labels by number. */
interface IndexCondition {
  all: ReadonlySet<number>;
  /** One at least of each of these, of which there are six at most. */
  oneOf: readonly ReadonlySet<number>[];
  none: ReadonlySet<number>;
  words?: AmountRange;
  labelCount?: AmountRange;
}

/**
 * Where each document of a split stands, how long it is and which labels it has, so that any page of documents can be
 * read without reading what is before it: 28 bytes a document and 4 bytes for each of its labels.
 */
export class DocumentIndex extends DocumentLabels {
  private readonly bytes = float64Column();
  private readonly sizes = uint32Column();
  private readonly lines = uint32Column();
  private readonly numbers = uint32Column();
  private readonly lengths = uint32Column();

  /** Memory in bytes, label names left out. */
  get byteLength(): number {
    const { bytes, sizes, lines, numbers, lengths, ends, rows, counts } = this;
    return [bytes, sizes, lines, numbers, lengths, ends, rows, counts].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
  }

  /** @param words number of words, or of features */
  add(place: DocumentPlace, words: number, labels: readonly string[]): void {
    this.bytes.push(place.byte);
    this.sizes.push(place.stop - place.byte);
    this.lines.push(place.line);
    this.numbers.push(place.number);
    this.lengths.push(words);
    this.addLabels(labels);
  }

  place(document: number): DocumentPlace {
    const byte = this.bytes.at(document);
    return {
      number: this.numbers.at(document),
      line: this.lines.at(document),
      byte,
      stop: byte + this.sizes.at(document),
    };
  }

  words(document: number): number {
    return this.lengths.at(document);
  }

  /** The documents that fulfil all of it, ascending; time: proportional to the labels of all documents. */
  documentsWhere({ all, oneOf, none, words, labelCount }: IndexCondition): number[] {
    const { roles, everyGroup } = this.rolesOf({ all, oneOf, none });
    const found: number[] = [];
    for (let document = 0, at = 0; document < this.length; document++) {
      const end = this.ends.at(document);
      const labels = end - at;
      let [having, met] = [0, 0];
      for (; at < end; at++) {
        const role = roles[this.rows.at(at)];
        having += role & isRequired;
        met |= role;
      }
      if (having < all.size || met & isExcluded || (met & everyGroup) !== everyGroup) continue;
      if (isInside(this.lengths.at(document), words) && isInside(labels, labelCount)) found.push(document);
    }
    return found;
  }

  /** What each label means for a condition, as bits: required, excluded, and a bit for each group of which one is enough. */
  private rolesOf({ all, oneOf, none }: IndexCondition): { roles: Uint8Array; everyGroup: number } {
    const roles = new Uint8Array(this.labels.names.length);
    for (const label of all) roles[label] |= isRequired;
    for (const label of none) roles[label] |= isExcluded;
    oneOf.forEach((group, i) => group.forEach((label) => (roles[label] |= firstGroup << i)));
    return { roles, everyGroup: firstGroup * (2 ** oneOf.length - 1) };
  }
}

/** Numbers for label names, shared by the splits of a dataset, in order of first appearance. */
export class LabelTable {
  private readonly ids = new Map<string, number>();
  readonly names: string[] = [];

  /** The label's number, a new one where it has none yet. */
  idOf(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const own = ownString(name);
    this.ids.set(own, this.names.length);
    return this.names.push(own) - 1;
  }

  /** undefined for a label that no document has. */
  find(name: string): number | undefined {
    return this.ids.get(name);
  }
}
