import { ownString } from '../base/memory.ts';
import type { WordScanner } from './tokenizer.ts';

/** The number of a piece that is no word. */
const dropped = -1;
/** Pieces that are remembered. Frequent ones come first, so a full table just stays. */
const knownPieces = 1 << 20;
/** Bytes of a piece that is remembered: of scripts without spaces whole sentences would be. */
const longestPiece = 48;

/**
 * Texts as numbers of their words, exactly those that the tokenizer finds, but fast: nearly every piece between two separators was
 * seen before, and is recognised by its UTF-8 bytes without a string being made of it. Lone surrogates become U+FFFD on the way,
 * which is no part of a word either.
 */
export class WordNumbers {
  private readonly encoder = new TextEncoder();
  private bytes = Buffer.from(new ArrayBuffer(1 << 16));
  private view = new DataView(this.bytes.buffer);
  private numbers = new Int32Array(1 << 12);
  private count = 0;
  /** Piece -> its word; `-2 - i` where it holds several, or none: those of lists[i]. */
  private readonly pieces = new ByteMap();
  private readonly lists: (readonly number[])[] = [];
  /** Words as they are written -> their numbers, for what is not looked up by its bytes. */
  private readonly known = new Map<string, number>();

  /** @param wordId number of a word, 0 or more; `isNew`: not asked for before, unless it is written in several ways */
  constructor(
    private readonly tokenizer: WordScanner,
    private readonly wordId: (word: string, isNew: boolean) => number,
  ) {}

  /** The numbers of the first `limit` words of a text, in order; valid until the next call. */
  of(text: string, limit = Infinity): Int32Array {
    this.count = 0;
    const { wordBytes } = this.tokenizer;
    if (wordBytes === undefined) this.scan(text, limit);
    else this.cut(wordBytes, this.encode(text), limit);
    return this.numbers.subarray(0, Math.min(this.count, limit));
  }

  /** Writes a text into `bytes`; returns how many they are. */
  private encode(text: string): number {
    if (this.bytes.length < text.length + overhang) this.makeRoom(text.length * 2);
    const { read, written } = this.encoder.encodeInto(text, this.bytes);
    if (read === text.length && written + overhang <= this.bytes.length) return written;
    this.makeRoom(text.length * 3);
    return this.encoder.encodeInto(text, this.bytes).written;
  }

  private makeRoom(bytes: number): void {
    this.bytes = Buffer.from(new ArrayBuffer(bytes + overhang));
    this.view = new DataView(this.bytes.buffer);
  }

  private cut(wordBytes: Uint8Array, end: number, limit: number): void {
    const { bytes, view, pieces } = this;
    for (let at = 0; at < end && this.count < limit;) {
      let byte = bytes[at];
      if (wordBytes[byte] === 0) {
        at++;
        continue;
      }
      const from = at;
      do byte = bytes[++at];
      while (at < end && wordBytes[byte] !== 0);
      const found = at - from > longestPiece ? absent : pieces.get(view, from, at);
      if (found >= 0) this.push(found);
      else if (found === absent) this.learn(from, at);
      else if (found !== dropped) for (const word of this.lists[-2 - found]) this.push(word);
    }
  }

  private push(word: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Int32Array(this.count * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = word;
  }

  /** Takes the words of a piece that is not known, and remembers them. */
  private learn(from: number, to: number): void {
    const text = this.bytes.toString('utf8', from, to);
    if (to - from > longestPiece || this.pieces.size === knownPieces) return this.scan(text);
    const words: number[] = [];
    this.tokenizer.scan(text, (found) => {
      const word = this.numberOf(ownString(found), true);
      if (word !== dropped) words.push(word);
      return true;
    });
    for (const word of words) this.push(word);
    const value = words.length === 0 ? dropped : words.length === 1 ? words[0] : -1 - this.lists.push(words);
    this.pieces.add(this.bytes, from, to, value);
  }

  private scan(text: string, limit = Infinity): void {
    this.tokenizer.scan(text, (found) => {
      const word = this.known.get(found) ?? this.remember(ownString(found));
      if (word !== dropped) this.push(word);
      return this.count < limit;
    });
  }

  private remember(found: string): number {
    const isKept = this.known.size < knownPieces && found.length <= longestPiece;
    const number = this.numberOf(found, isKept);
    if (isKept) this.known.set(found, number);
    return number;
  }

  private numberOf(found: string, isNew: boolean): number {
    const word = this.tokenizer.normalise(found);
    return word === '' ? dropped : this.wordId(word, isNew);
  }
}

/** What `get` returns for a key that is not there. */
export const absent = -0x80000000;

/** Numbers of a slot, side by side so that a look-up goes to the memory once: see `ByteMap.slots`. */
const WIDTH = 1 << 2;
/** Bits of a key's length. */
const lengthBits = 6;
/** Bytes behind a key that may be read with it. */
export const overhang = 8;

/**
 * Whole numbers by keys of up to 63 bytes that are pieces of a byte array: a `Map<string, number>` for those who have no strings yet,
 * and do not want to make one for each word of a text. Memory: 21 to 43 bytes a key, and the bytes of those longer than 8.
 */
export class ByteMap {
  /**
   * Open addressing, a quarter of them free at least; as many as a power of two. Of a key: its first 4 bytes; the next 4, or of longer ones
   * the hash of all; its length (0: the slot is free) and above it where a longer one stands in `keys`; the value.
   */
  private slots = new Int32Array(WIDTH << 11);
  private keys = new Uint8Array(1 << 13);
  private used = 0;
  private count = 0;
  /** Of the key that was looked up last. */
  private first = 0;
  private second = 0;

  get size(): number {
    return this.count;
  }

  /** @param bytes [from … to) is the key, not empty; `overhang` bytes more are there */
  get(bytes: DataView, from: number, to: number): number {
    const length = to - from;
    let first = bytes.getInt32(from, true);
    let second = 0;
    if (length < 4) first &= (1 << (length << 3)) - 1;
    else if (length < 8) second = bytes.getInt32(from + 4, true) & ((1 << ((length - 4) << 3)) - 1);
    else if (length === 8) second = bytes.getInt32(from + 4, true);
    else second = hashOf(bytes, from, to);
    this.first = first;
    this.second = second;
    const { slots } = this;
    const last = slots.length - WIDTH;
    for (let slot = slotOf(first, second) & last; ; slot = (slot + WIDTH) & last) {
      const found = slots[slot + 2];
      if (found === 0) return absent;
      if (slots[slot] !== first || slots[slot + 1] !== second || (found & ((1 << lengthBits) - 1)) !== length) continue;
      if (length <= 8 || this.isAt(found >>> lengthBits, bytes, from, length)) return slots[slot + 3];
    }
  }

  private isAt(start: number, bytes: DataView, from: number, length: number): boolean {
    const { keys } = this;
    for (let i = 4; i < length; i++) if (keys[start + i] !== bytes.getUint8(from + i)) return false;
    return true;
  }

  /** Adds the key that was looked up last, and was not there. */
  add(bytes: Uint8Array, from: number, to: number, value: number): void {
    if (4 * WIDTH * ++this.count > 3 * this.slots.length) this.grow();
    const length = to - from;
    const start = length > 8 ? this.keep(bytes.subarray(from, to)) : 0;
    const { first, second } = this;
    this.slots.set([first, second, (start << lengthBits) | length, value], this.freeSlot(first, second));
  }

  private keep(key: Uint8Array): number {
    const start = this.used;
    this.used += key.length;
    if (this.used > this.keys.length) {
      const larger = new Uint8Array(Math.max(this.used, this.keys.length * 2));
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys.set(key, start);
    return start;
  }

  private freeSlot(first: number, second: number): number {
    const last = this.slots.length - WIDTH;
    let slot = slotOf(first, second) & last;
    while (this.slots[slot + 2] !== 0) slot = (slot + WIDTH) & last;
    return slot;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WIDTH)
      if (old[at + 2] !== 0) this.slots.set(old.subarray(at, at + WIDTH), this.freeSlot(old[at], old[at + 1]));
  }
}

/** Of more than 8 bytes: four at a time, the last four whole. */
function hashOf(bytes: DataView, from: number, to: number): number {
  let hash = to - from;
  for (let at = from + 4; at < to - 4; at += 4) hash = mixed(hash ^ bytes.getInt32(at, true));
  return mixed(hash ^ bytes.getInt32(to - 4, true));
}

const mixed = (bits: number): number => {
  const product = Math.imul(bits, 0x2c1b3c6d);
  return product ^ (product >>> 15);
};

const slotOf = (first: number, second: number): number => mixed(first ^ Math.imul(second, 0x297a2d39)) << 2;

/** Numbers strings 0, 1, … in order of first occurrence. */
export class Interner {
  readonly names: string[] = [];
  private readonly ids = new Map<string, number>();

  get size(): number {
    return this.names.length;
  }

  idOf(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const own = ownString(name);
    const id = this.names.push(own) - 1;
    this.ids.set(own, id);
    return id;
  }
}
