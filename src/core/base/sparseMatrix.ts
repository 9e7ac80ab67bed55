/** A matrix in compressed rows (CSR). Columns ascend within a row. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row i has entries starts[i] … starts[i + 1) - 1. */
  readonly starts: Float64Array; // [rows + 1]
  readonly indices: Int32Array; // [entries]
  readonly values: Float64Array; // [entries]
}

/** Sum of the squares of each row. */
export function squaredNorms({ rows, starts, values }: SparseMatrix): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let e = starts[i]; e < starts[i + 1]; e++) norms[i] += values[e] * values[e];
  return norms;
}

/** The chosen rows, in the order given; columns stay. */
export function selectRows(matrix: SparseMatrix, chosen: ArrayLike<number>): SparseMatrix {
  const starts = new Float64Array(chosen.length + 1);
  for (let i = 0; i < chosen.length; i++)
    starts[i + 1] = starts[i] + matrix.starts[chosen[i] + 1] - matrix.starts[chosen[i]];
  const indices = new Int32Array(starts[chosen.length]);
  const values = new Float64Array(starts[chosen.length]);
  for (let i = 0; i < chosen.length; i++) {
    const [from, to] = [matrix.starts[chosen[i]], matrix.starts[chosen[i] + 1]];
    indices.set(matrix.indices.subarray(from, to), starts[i]);
    values.set(matrix.values.subarray(from, to), starts[i]);
  }
  return { rows: chosen.length, columns: matrix.columns, starts, indices, values };
}

export function transpose({ rows, columns, starts, indices, values }: SparseMatrix): SparseMatrix {
  const turned = new Float64Array(columns + 1);
  for (let e = 0; e < indices.length; e++) turned[indices[e] + 1]++;
  for (let c = 0; c < columns; c++) turned[c + 1] += turned[c];
  const next = turned.slice(0, columns);
  const newIndices = new Int32Array(indices.length);
  const newValues = new Float64Array(indices.length);
  for (let i = 0; i < rows; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const at = next[indices[e]]++;
      newIndices[at] = i;
      newValues[at] = values[e];
    }
  }
  return { rows: columns, columns: rows, starts: turned, indices: newIndices, values: newValues };
}
