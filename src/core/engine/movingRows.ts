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

/**
 * Dense Adam on the embedding, row by row: a row without a gradient still moves by its decaying momentum, until what is
 * left of that is less than a float32 weight can show. Then the row rests, and its moments catch up when its word returns.
 */
export class MovingRows {
  /** Step, from 1, whose batch last held the row's word; 0 for none. */
  readonly lastUse: Int32Array;
  /** Steps for which a row moves on. */
  private readonly horizon: number;

  constructor(vocabulary: number, beta1: number) {
    this.lastUse = new Int32Array(vocabulary);
    this.horizon = Math.ceil(Math.log(1e-10) / Math.log(beta1));
  }

  /** Calls back with each of these rows that has rested, and the steps that its moments must decay by before step t. */
  wake(rows: Int32Array, t: number, decay: (row: number, steps: number) => void): void {
    for (const row of rows) {
      const steps = t - 1 - this.lastUse[row] - this.horizon;
      if (this.lastUse[row] > 0 && steps > 0) decay(row, steps);
    }
  }

  /** The rows of step t: those of its batch, then those that move on. Marks the former as used. */
  visit(rows: Int32Array, t: number): Int32Array {
    const { lastUse, horizon } = this;
    for (const row of rows) lastUse[row] = t;
    const all = new Int32Array(lastUse.length);
    all.set(rows);
    let count = rows.length;
    for (let row = 1; row < lastUse.length; row++) {
      const age = t - lastUse[row];
      if (age > 0 && age <= horizon && lastUse[row] > 0) all[count++] = row;
    }
    return all.subarray(0, count);
  }
}
