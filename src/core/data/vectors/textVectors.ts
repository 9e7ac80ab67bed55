import { isUtf8 } from 'node:buffer';
import type { VectorHead, VectorReader, VectorSink } from './vectorHead.ts';

/** No file of word vectors has such lines; a file without line ends would fill the memory. */
const longestLine = 16 * 1024 * 1024;

/**
 * Lines of `word v1 … vD`. The last D fields are the vector and the rest is the word, which may hold blanks. Works on bytes:
 * of a line whose word is not wanted only the word is decoded.
 */
export class TextVectors implements VectorReader {
  vectors = 0;
  line: number;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private isSkipping = false;
  private readonly dim: number;
  private readonly vector: Float32Array;

  constructor(
    head: VectorHead,
    private readonly sink: VectorSink,
  ) {
    this.dim = head.dim;
    this.vector = new Float32Array(head.dim);
    this.line = head.line;
  }

  chunk(bytes: Buffer): boolean {
    const cut = bytes.lastIndexOf(10) + 1;
    if (cut === 0) {
      this.hold(bytes);
      return true;
    }
    const head = bytes.subarray(0, cut);
    const block = this.pending.length ? Buffer.concat([...this.pending, head]) : head;
    this.pending = [];
    this.pendingBytes = 0;
    this.block(block);
    if (cut < bytes.length) this.hold(bytes.subarray(cut));
    return true;
  }

  /** A line that is cut off with its file may have lost digits of its last number, so it counts as torn. */
  end(torn: boolean): void {
    if (!torn && this.pending.length) this.block(Buffer.concat(this.pending));
    if (!torn && this.line > 1) this.line--;
  }

  private hold(bytes: Buffer): void {
    if (this.isSkipping) return;
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes <= longestLine) return;
    this.isSkipping = true;
    this.pending = [];
    this.note('torn-line', `The line is longer than ${longestLine / 1024 / 1024} MiB`);
  }

  /** Whole lines. */
  private block(block: Buffer): void {
    const isValid = isUtf8(block);
    for (let start = 0; start < block.length; this.line++) {
      const newline = block.indexOf(10, start);
      const stop = newline < 0 ? block.length : newline;
      if (this.isSkipping) this.isSkipping = false;
      else if (!isValid && !isUtf8(block.subarray(start, stop)))
        this.note('undecodable', 'The line is not valid UTF-8');
      else this.oneLine(block, start, stop);
      start = stop + 1;
    }
  }

  private oneLine(block: Buffer, start: number, stop: number): void {
    const { dim } = this;
    let fields = 0;
    let wordEnd = stop;
    let inside = false;
    for (let i = start; i < stop; i++) {
      if (isSeparator(block[i])) {
        if (inside && fields === 1) wordEnd = i;
        inside = false;
      } else if (!inside) {
        inside = true;
        if (++fields === 1) start = i;
      }
    }
    if (fields === 0) return;
    if (fields <= dim) return this.note('torn-line', `The line has ${fields - 1} numbers in place of ${dim}`);
    if (fields > dim + 1) {
      wordEnd = vectorStart(block, start, stop, dim);
      if (surplusNumbers(block.toString('utf8', start, wordEnd)))
        return this.note('wrong-dimension', `The line has more than ${dim} numbers`);
    }
    this.vectors++;
    const word = block.toString('utf8', start, wordEnd);
    if (this.sink.wants(word, this.line)) this.take(word, block.toString('latin1', wordEnd, stop));
  }

  private take(word: string, numbers: string): void {
    const { vector, dim } = this;
    const fields = numbers.trim().split(/[ \t\r]+/);
    for (let i = 0; i < dim; i++) vector[i] = Number(fields[i]);
    if (vector.every(Number.isFinite)) this.sink.take(word, vector);
    else this.note('torn-line', `The vector of "${word}" holds something else than numbers`);
  }

  private note(code: 'torn-line' | 'undecodable' | 'wrong-dimension', message: string): void {
    this.sink.note({ code, line: this.line, message });
  }
}

// no other blanks: a no-break space is a word in some files
const isSeparator = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13;

/** Where the last `dim` fields begin: at the separators before them. */
function vectorStart(block: Buffer, start: number, stop: number, dim: number): number {
  let at = stop;
  for (let left = dim; left >= 0; left--) {
    while (at > start && isSeparator(block[at - 1])) at--;
    if (left > 0) while (at > start && !isSeparator(block[at - 1])) at--;
  }
  return at;
}

/** Whether what should be a word is a word and numbers: the line then has too many. */
const surplusNumbers = (word: string): boolean =>
  word
    .split(/[ \t\r]+/)
    .slice(1)
    .every((field) => /^-?\d*\.\d+(e[-+]?\d+)?$/i.test(field));
