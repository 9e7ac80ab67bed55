import { isUtf8 } from 'node:buffer';
import type { VectorHead, VectorReader, VectorSink } from './vectorHead.ts';

/** Bytes of the longest word: where no blank comes within them, words and numbers are out of step. */
const longestWord = 64 * 1024;

/**
 * Records of a word, a blank, and D float32 in little-endian order, with or without a line end after each (word2vec writes
 * one, gensim and the GoogleNews file do not). Records have no marks to find the next by: behind damage nothing can be read.
 */
export class BinaryVectors implements VectorReader {
  vectors = 0;
  line = 1;
  private pending: Buffer = Buffer.alloc(0);
  private readonly bytes: number;
  private readonly vector: Float32Array;

  constructor(
    { dim }: VectorHead,
    private readonly sink: VectorSink,
  ) {
    this.bytes = 4 * dim;
    this.vector = new Float32Array(dim);
  }

  chunk(chunk: Buffer): boolean {
    const block = this.pending.length ? Buffer.concat([this.pending, chunk]) : chunk;
    let at = 0;
    for (;;) {
      let start = at;
      while (block[start] === 10) start++;
      const blank = block.indexOf(32, start);
      if ((blank < 0 ? block.length : blank) - start > longestWord) {
        this.note('torn-line', 'Here no word begins: the rest of the file is damaged');
        this.pending = Buffer.alloc(0);
        return false;
      }
      const next = blank + 1 + this.bytes;
      if (blank < 0 || next > block.length) break;
      this.record(block.subarray(start, blank), block.subarray(blank + 1, next));
      at = next;
      this.line++;
    }
    this.pending = block.subarray(at);
    return true;
  }

  end(torn: boolean): void {
    const isCut = this.pending.some((byte) => byte !== 10 && byte !== 13);
    if (isCut && !torn) this.note('torn-line', 'The last record breaks off');
    if (!isCut && this.line > 1) this.line--;
  }

  private record(word: Buffer, numbers: Buffer): void {
    if (word.length === 0) return this.note('torn-line', 'The record has no word');
    if (!isUtf8(word)) return this.note('undecodable', 'The word is not valid UTF-8');
    this.vectors++;
    const text = word.toString('utf8');
    if (!this.sink.wants(text, this.line)) return;
    const { vector } = this;
    for (let i = 0; i < vector.length; i++) vector[i] = numbers.readFloatLE(4 * i);
    if (vector.every(Number.isFinite)) this.sink.take(text, vector);
    else this.note('torn-line', `The vector of "${text}" holds something else than numbers`);
  }

  private note(code: 'torn-line' | 'undecodable', message: string): void {
    this.sink.note({ code, line: this.line, message });
  }
}
