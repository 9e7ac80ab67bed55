import { calls, type Word2Vec } from '../engine/wasm/calls.generated.ts';
import type { Machine } from '../engine/wasm/machine.ts';
import { Stream, key32, uniformAt } from '../base/random.ts';
import {
  aliasTable,
  batchCapacity,
  longestSentence,
  type ExampleBatch,
  type ExampleSettings,
} from './word2vecExamples.ts';

interface ModelSettings extends ExampleSettings {
  /** Numbers in a vector, D. */
  dim: number;
  /** Words drawn against each word of the text. */
  negative: number;
  negativeExponent: number;
  seed: number;
  /** Examples of a batch, and of a round. */
  batchSize: number;
  roundSize: number;
}

/** Examples of a tile, and floats of a slice, as in the kernels. */
const tileExamples = 64;
const sliceFloats = 16;

/** Numbers are rounded below 2^22, and `width` of them stay below 2^31. */
const largestPart = (width: number): number => Math.min(2 ** 22 - 1, Math.floor((2 ** 31 - 1) / width));

/** The weights of word2vec in the engine's memory: a vector of each word as context, and one as what is foretold. */
export class Word2VecModel {
  private readonly input: number;
  private readonly output: number;
  private readonly tokens: number;
  private readonly list: number;
  private readonly cuts: number;
  private readonly others: number;
  private readonly drawn: number;
  private readonly hidden: number;
  private readonly logits: number;
  private readonly gains: number;
  private readonly gainBytes: number;
  /** Threads that have slices. */
  private readonly shares: number;
  /** Floats of a row: D and zeros, which stay zero. */
  private readonly width: number;
  private readonly words: number;

  /** @param counts occurrences by row */
  constructor(
    private readonly machine: Machine,
    counts: ArrayLike<number>,
    private readonly settings: ModelSettings,
  ) {
    const { dim, negative, batchSize, roundSize } = settings;
    this.words = counts.length;
    this.width = Math.ceil(dim / sliceFloats) * sliceFloats;
    this.shares = Math.min(machine.threads, this.width / sliceFloats);
    const row = this.width * 4;
    const allocate = (bytes: number): number => machine.allocate(bytes);
    [this.input, this.output] = [allocate(this.words * row), allocate(this.words * row)];
    [this.cuts, this.others] = [allocate(this.words * 4), allocate(this.words * 4)];
    this.tokens = allocate((batchSize + longestSentence) * 4);
    this.list = allocate(batchCapacity(batchSize, settings) * 12);
    const targets = 1 + negative;
    this.drawn = allocate(batchCapacity(batchSize, settings) * targets * 4);
    this.hidden = allocate(roundSize * row);
    this.gainBytes = Math.ceil((roundSize * targets) / 16) * 64;
    this.logits = allocate(this.shares * this.gainBytes);
    this.gains = allocate(machine.threads * this.gainBytes);
    this.begin(counts);
  }

  /** Contexts start uniform in [-1, 1) / D by seed, row and column, as gensim's; what is foretold starts at zero. */
  private begin(counts: ArrayLike<number>): void {
    const { dim, seed, negativeExponent } = this.settings;
    for (let row = 0; row < this.words; row++) {
      const key = key32(seed, Stream.word2vec, 0, row);
      for (const { floats, column } of this.pieces(this.input, row))
        for (let i = 0; i < floats.length && column + i < dim; i++)
          floats[i] = (uniformAt(key, column + i) * 2 - 1) / dim;
    }
    const { cuts, others } = aliasTable(counts, negativeExponent);
    this.machine.integers(this.cuts, this.words).set(new Int32Array(cuts.buffer));
    this.machine.integers(this.others, this.words).set(others);
  }

  /** The slices that a word's vector is cut into, one for each share, and the column each begins at. */
  private pieces(matrix: number, row: number): { floats: Float32Array; column: number }[] {
    const slices = this.width / sliceFloats;
    return Array.from({ length: this.shares }, (_, share) => {
      const from = Math.floor((share * slices) / this.shares);
      const own = Math.floor(((share + 1) * slices) / this.shares) - from;
      const address = matrix + (this.words * from + row * own) * sliceFloats * 4;
      return { floats: this.machine.floats(address, own * sliceFloats), column: from * sliceFloats };
    });
  }

  /** The vector of a word as context [D]. */
  vector(row: number): Float32Array {
    const vector = new Float32Array(this.width);
    for (const { floats, column } of this.pieces(this.input, row)) vector.set(floats, column);
    return vector.subarray(0, this.settings.dim);
  }

  /** Learns from a batch, round after round. Negatives are drawn by `key`. */
  learn({ tokens, tokenCount, list, count }: ExampleBatch, rate: number, key: number): void {
    const { machine, settings } = this;
    machine.integers(this.tokens, tokenCount).set(tokens.subarray(0, tokenCount));
    machine.integers(this.list, 3 * count).set(list.subarray(0, 3 * count));
    const round = (first: number, examples: number): Word2Vec => this.round(first, examples, rate, key);
    const program = [calls.word2vecDraw(Math.ceil(count / tileExamples), round(0, count))];
    for (let first = 0; first < count; first += settings.roundSize) {
      const examples = round(first, Math.min(settings.roundSize, count - first));
      for (const kernel of [calls.word2vecLogits, calls.word2vecSteps])
        program.push({ ...kernel(this.shares, examples), fixed: true });
    }
    machine.run(program, { scratch: this.gains, scratchBytes: this.gainBytes });
  }

  private round(first: number, examples: number, rate: number, key: number): Word2Vec {
    const { width, words, input, output, tokens, cuts, others, hidden, logits, shares } = this;
    const targets = 1 + this.settings.negative;
    return {
      examples,
      slices: width / sliceFloats,
      targets,
      words,
      key,
      first,
      shares,
      input,
      output,
      tokens,
      list: this.list + first * 12,
      cuts,
      others,
      drawn: this.drawn + first * targets * 4,
      hidden,
      logits,
      rate,
      limit: largestPart(width),
    };
  }
}
