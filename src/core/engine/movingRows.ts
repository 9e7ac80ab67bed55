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
