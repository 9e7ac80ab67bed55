import type { SparseMatrix } from '../../../../src/core/base/sparseMatrix.ts';

/** The sparse form of a dense matrix. */
export function sparse(dense: readonly (readonly number[])[]): SparseMatrix {
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const row of dense) {
    row.forEach((value, column) => {
      if (value === 0) return;
      indices.push(column);
      values.push(value);
    });
    starts.push(indices.length);
  }
  return {
    rows: dense.length,
    columns: dense[0].length,
    starts: Float64Array.from(starts),
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}

export function dense({ rows, columns, starts, indices, values }: SparseMatrix): number[][] {
  return Array.from({ length: rows }, (_, i) => {
    const row = new Array<number>(columns).fill(0);
    for (let e = starts[i]; e < starts[i + 1]; e++) row[indices[e]] = values[e];
    return row;
  });
}

export const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
