/**
 * The moving average (EMA) of the weights, decay_t = min(decay, (1 + t) / (10 + t)) for step t = 1, 2, ….
 * Rows of the embedding move only when their word occurs; their shadow catches up then, by the product of the decays missed.
 */
export class MovingAverage {
  /** Sum of log decay_1 … decay_t. */
  private readonly logs = [0];
  /** Step at which a row of the embedding was last updated. */
  readonly lastStep: Int32Array;

  constructor(
    private readonly decay: number,
    vocabulary: number,
  ) {
    this.lastStep = new Int32Array(vocabulary);
  }

  /** What step t takes of the new weights: 1 - decay_t. */
  stepAt(t: number): number {
    return 1 - Math.min(this.decay, (1 + t) / (10 + t));
  }

  /** What a shadow keeps of its distance over steps after `from` up to `to`. */
  kept(from: number, to: number): number {
    for (let t = this.logs.length; t <= to; t++) this.logs.push(this.logs[t - 1] + Math.log(1 - this.stepAt(t)));
    return to > from ? Math.exp(this.logs[to] - this.logs[from]) : 1;
  }

  /** Ratios for the rows that step t is about to update; marks them as updated. */
  visit(rows: Int32Array, t: number): Float32Array {
    return Float32Array.from(rows, (row) => {
      const ratio = this.kept(this.lastStep[row], t - 1);
      this.lastStep[row] = t;
      return ratio;
    });
  }
}
