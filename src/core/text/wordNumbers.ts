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
  private bytes = new Uint8Array(1 << 16);
  private numbers = new Int32Array(1 << 12);
  private count = 0;
  /** Piece -> its word; `-2 - i` where it holds several, or none: those of lists[i]. */
  private readonly pieces = new ByteMap();
  private readonly lists: (readonly number[])[] = [];
  /** Words as they are written -> their numbers, for what is not looked up by its bytes. */
  private readonly known = new Map<string, number>();

  /** @param wordId number of a word, 0 or more */
  constructor(
    private readonly tokenizer: WordScanner,
    private readonly wordId: (word: string) => number,
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
    if (this.bytes.length < text.length) this.bytes = new Uint8Array(text.length * 2);
    const { read, written } = this.encoder.encodeInto(text, this.bytes);
    if (read === text.length) return written;
    this.bytes = new Uint8Array(text.length * 3);
    return this.encoder.encodeInto(text, this.bytes).written;
  }

  private cut(wordBytes: Uint8Array, end: number, limit: number): void {
    const { bytes, pieces } = this;
    for (let at = 0; at < end && this.count < limit;) {
      let byte = bytes[at];
      if (wordBytes[byte] === 0) {
        at++;
        continue;
      }
      const from = at;
      let hash = 0;
      do {
        hash = hashByte(hash, byte);
        byte = bytes[++at];
      } while (at < end && wordBytes[byte] !== 0);
      const found = pieces.get(bytes, from, at, hash);
      if (found >= 0) this.push(found);
      else if (found === absent) this.learn(from, at, hash);
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
  private learn(from: number, to: number, hash: number): void {
    const text = Buffer.from(this.bytes.buffer, from, to - from).toString();
    if (to - from > longestPiece || this.pieces.size === knownPieces) return this.scan(text);
    const words: number[] = [];
    this.tokenizer.scan(text, (found) => {
      const word = this.numberOf(ownString(found));
      if (word !== dropped) words.push(word);
      return true;
    });
    for (const word of words) this.push(word);
    const value = words.length === 0 ? dropped : words.length === 1 ? words[0] : -1 - this.lists.push(words);
    this.pieces.add(this.bytes, from, to, hash, value);
  }

  private scan(text: string, limit = Infinity): void {
    this.tokenizer.scan(text, (found) => {
      const word = this.known.get(found) ?? this.remember(ownString(found));
      if (word !== dropped) this.push(word);
      return this.count < limit;
    });
  }

  private remember(found: string): number {
    const number = this.numberOf(found);
    if (this.known.size < knownPieces && found.length <= longestPiece) this.known.set(found, number);
    return number;
  }

  private numberOf(found: string): number {
    const word = this.tokenizer.normalise(found);
    return word === '' ? dropped : this.wordId(word);
  }
}

/** What `get` returns for a key that is not there. */
export const absent = -0x80000000;

/** Numbers of a slot, side by side so that a look-up goes to the memory but twice: hash, start, length (0 = free), value. */
const WIDTH = 1 << 2;

/**
 * Whole numbers by keys that are pieces of a byte array: a `Map<string, number>` for those who have no strings yet, and do not
 * want to make one for each word of a text. Memory: the keys' bytes and at most 64 bytes a key.
 */
export class ByteMap {
  /** Open addressing, half of them free at least; as many as a power of two. */
  private slots = new Int32Array(WIDTH << 11);
  private keys = new Uint8Array(1 << 13);
  private used = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @param hash of bytes[from … to), not empty, by `hashByte` from 0 on */
  get(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const { slots, keys } = this;
    const last = slots.length - WIDTH;
    for (let slot = slotOf(hash) & last; ; slot = (slot + WIDTH) & last) {
      const length = slots[slot + 2];
      if (length === 0) return absent;
      if (slots[slot] !== hash || length !== to - from) continue;
      let at = slots[slot + 1];
      let i = from;
      while (i < to && keys[at] === bytes[i]) {
        i++;
        at++;
      }
      if (i === to) return slots[slot + 3];
    }
  }

  /** Adds a key that is not there. */
  add(bytes: Uint8Array, from: number, to: number, hash: number, value: number): void {
    if (2 * WIDTH * ++this.count > this.slots.length) this.grow();
    const start = this.used;
    this.used += to - from;
    if (this.used > this.keys.length) {
      const larger = new Uint8Array(Math.max(this.used, this.keys.length * 2));
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys.set(bytes.subarray(from, to), start);
    this.slots.set([hash, start, to - from, value], this.freeSlot(hash));
  }

  private freeSlot(hash: number): number {
    const last = this.slots.length - WIDTH;
    let slot = slotOf(hash) & last;
    while (this.slots[slot + 2] !== 0) slot = (slot + WIDTH) & last;
    return slot;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WIDTH)
      if (old[at + 2] !== 0) this.slots.set(old.subarray(at, at + WIDTH), this.freeSlot(old[at]));
  }
}

/** The hash of a key that goes on with `byte`. */
export const hashByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

/** Its upper bits are mixed into the lower ones, which choose the slot. */
const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) << 2;

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
