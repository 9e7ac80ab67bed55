import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import { type Evaluation, Evaluator, type EvaluatorOptions } from './evaluator.ts';
import { withRoom } from '../base/growing.ts';
import { TopList } from './ranking.ts';
import { lowestThreshold } from './threshold.ts';

/** Scores kept of every document, however low. */
export const keptTop = 20;

/** One document's kept scores: score descending, then label id ascending. */
interface ScoreRow {
  labels: Int32Array;
  scores: Float64Array;
}

/**
 * The scores that matter of many documents: all above 0.01 and the top 20 of each, in compressed rows.
 * Enough for ranking metrics up to k = 20 and F1 at any threshold from 0.01 up, exactly as from all scores.
 *
 * File (little-endian):
 *   0   8 bytes   "XCSCORE1"
 *   8   uint32    outputs of the model, Y
 *   12  uint32    documents, N
 *   16  float64   kept scores, n
 *   24  float64   kept scores, document by document  [n]
 *       int32     their label ids                    [n]
 *       uint32    kept scores of each document       [N]
 *       32 bytes  SHA-256 of everything before
 */
export class ScoreStore {
  private starts = new Float64Array(1024); // [N + 1, grown]
  private labels = new Int32Array(4096);
  private scores = new Float64Array(4096);
  private count = 0;
  private readonly top: TopList;

  /** @param outputs scores per document, Y */
  constructor(readonly outputs: number) {
    this.top = new TopList(Math.min(keptTop, outputs));
  }

  /** Documents. */
  get size(): number {
    return this.count;
  }

  /** Kept scores of all documents. */
  get entries(): number {
    return this.starts[this.count];
  }

  /** @param scores probabilities of all labels  [Y] */
  add(scores: ArrayLike<number>): void {
    if (scores.length !== this.outputs) throw new RangeError(`${scores.length} scores for ${this.outputs} outputs`);
    const start = this.entries;
    const above = this.appendAbove(scores, start);
    if (above <= this.top.size) this.write(start, this.top.ids.subarray(0, this.top.size), this.top.scores);
    else this.sortRow(start, start + above);
    this.finishRow(start + Math.max(above, this.top.size));
  }

  /** Views into the store, valid until the next `add`. */
  row(document: number): ScoreRow {
    if (!(document >= 0 && document < this.count)) throw new RangeError(`document ${document} of ${this.count}`);
    const [start, end] = [this.starts[document], this.starts[document + 1]];
    return { labels: this.labels.subarray(start, end), scores: this.scores.subarray(start, end) };
  }

  save(): Uint8Array {
    const { count, entries } = this;
    const body = 24 + 12 * entries + 4 * count;
    const bytes = new Uint8Array(body + 32);
    const header = new DataView(bytes.buffer);
    bytes.set(magic);
    header.setUint32(8, this.outputs, true);
    header.setUint32(12, count, true);
    header.setFloat64(16, entries, true);
    new Float64Array(bytes.buffer, 24, entries).set(this.scores.subarray(0, entries));
    new Int32Array(bytes.buffer, 24 + 8 * entries, entries).set(this.labels.subarray(0, entries));
    new Uint32Array(bytes.buffer, 24 + 12 * entries, count).forEach((_, i, lengths) => {
      lengths[i] = this.starts[i + 1] - this.starts[i];
    });
    bytes.set(sha256(bytes.subarray(0, body)), body);
    return bytes;
  }

  /** Throws a UserError for bytes that are not a whole store; `file` is named in it. */
  static load(bytes: Uint8Array, file?: string): ScoreStore {
    const aligned = new Uint8Array(bytes); // a copy: typed arrays need aligned offsets
    const header = new DataView(aligned.buffer);
    if (bytes.length < 56 || !magic.every((byte, i) => aligned[i] === byte)) throw damaged('is not a score file', file);
    const [outputs, count, entries] = [
      header.getUint32(8, true),
      header.getUint32(12, true),
      header.getFloat64(16, true),
    ];
    const body = 24 + 12 * entries + 4 * count;
    if (bytes.length !== body + 32) throw damaged('is torn: its length is wrong', file);
    if (!sha256(aligned.subarray(0, body)).equals(aligned.subarray(body)))
      throw damaged('is damaged: its checksum does not match', file);
    const store = new ScoreStore(outputs);
    store.count = count;
    store.starts = new Float64Array(count + 1);
    const lengths = new Uint32Array(aligned.buffer, 24 + 12 * entries, count);
    lengths.forEach((length, i) => (store.starts[i + 1] = store.starts[i] + length));
    store.scores = new Float64Array(aligned.buffer, 24, entries);
    store.labels = new Int32Array(aligned.buffer, 24 + 8 * entries, entries);
    return store;
  }

  /** Appends the labels above 0.01 by id and fills `top`; returns how many are above. */
  private appendAbove(scores: ArrayLike<number>, start: number): number {
    const { top } = this;
    let above = 0;
    top.clear();
    for (let l = 0; l < scores.length; l++) {
      const p = scores[l];
      if (p > top.floor || top.size < top.capacity) top.offer(l, p);
      if (!(p > lowestThreshold)) continue;
      this.reserve(start + above + 1);
      this.labels[start + above] = l;
      this.scores[start + above++] = p;
    }
    return above;
  }

  private sortRow(start: number, end: number): void {
    const labels = this.labels.slice(start, end);
    const scores = this.scores.slice(start, end);
    const order = Int32Array.from(labels, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
    order.forEach((from, i) => {
      this.labels[start + i] = labels[from];
      this.scores[start + i] = scores[from];
    });
  }

  private write(start: number, labels: Int32Array, scores: ArrayLike<number>): void {
    this.reserve(start + labels.length);
    this.labels.set(labels, start);
    for (let i = 0; i < labels.length; i++) this.scores[start + i] = scores[i];
  }

  private reserve(entries: number): void {
    this.labels = withRoom(this.labels, entries);
    this.scores = withRoom(this.scores, entries);
  }

  private finishRow(end: number): void {
    this.starts = withRoom(this.starts, this.count + 2);
    this.starts[++this.count] = end;
  }
}

/**
 * All metrics but `logLoss` from kept scores.
 * Throws a UserError where k or a threshold asks for scores that were not kept.
 * @param truthOf label ids of a document
 */
export function evaluateStore(
  store: ScoreStore,
  truthOf: (document: number) => ArrayLike<number>,
  options: EvaluatorOptions,
): Evaluation {
  const k = Math.max(0, options.topK ?? 0, ...options.ks);
  if (k > keptTop)
    throw new UserError('scores-not-kept', `k = ${k}, but ${keptTop} scores are kept`, `Set k to ${keptTop} or less.`);
  const threshold = Math.min(options.threshold ?? 0.5, options.tunedThreshold ?? 1);
  if (threshold < lowestThreshold)
    throw new UserError(
      'scores-not-kept',
      `The threshold ${threshold} lies below ${lowestThreshold}, the lowest score kept`,
      `Set it to ${lowestThreshold} or more.`,
    );
  const evaluator = new Evaluator(options);
  for (let i = 0; i < store.size; i++) {
    const { labels, scores } = store.row(i);
    evaluator.addSparse(labels, scores, truthOf(i));
  }
  return evaluator.result();
}

const magic = new TextEncoder().encode('XCSCORE1');

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const damaged = (what: string, file?: string): UserError =>
  new UserError('damaged-scores', `The score file ${what}`, 'Delete it and evaluate the run again.', { file });
