import { Pace } from '../../base/pace.ts';

/**
 * The `k` nearest other rows of each by Euclidean distance, nearest first: exact, all pairs. Throws `Cancelled`.
 * @param values row-major, [rows, d]
 * @param k below the number of rows
 */
export async function nearestRows(
  values: Float64Array,
  d: number,
  k: number,
  pace = new Pace(),
): Promise<{ indices: number[][]; distances: number[][] }> {
  const rows = values.length / d;
  const found = { indices: [] as number[][], distances: [] as number[][] };
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    if (pace.due()) await pace.rest();
    squaresTo(row);
    const nearest = smallest(squares, row, k);
    found.indices.push(nearest);
    found.distances.push(nearest.map((other) => Math.sqrt(squares[other])));
  }
  return found;

  function squaresTo(row: number): void {
    for (let other = 0; other < rows; other++) {
      let sum = 0;
      for (let a = row * d, b = other * d; b < (other + 1) * d; a++, b++) sum += (values[a] - values[b]) ** 2;
      squares[other] = sum;
    }
  }
}

/** Positions of the k smallest values but one, ascending; of equals the first. */
function smallest(values: Float64Array, except: number, k: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (i === except || (found.length === k && values[i] >= values[found[k - 1]])) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] > values[i]) at--;
    found.splice(at, 0, i);
    if (found.length > k) found.pop();
  }
  return found;
}
