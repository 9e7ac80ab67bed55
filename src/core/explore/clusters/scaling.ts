import type { SparseMatrix } from '../../base/sparseMatrix.ts';

export const scalings = ['min-max', 'cosine'] as const;
/** `min-max`: every column into [0, 1], as the seed; `cosine`: every row to length 1, so that nearness is by direction. */
export type Scaling = (typeof scalings)[number];

export function scaled(matrix: SparseMatrix, scaling: Scaling): SparseMatrix {
  return scaling === 'min-max' ? minMaxColumns(matrix) : unitRows(matrix);
}

/**
 * (x - min) / (max - min) of each column, as scikit-learn's MinMaxScaler; a constant column becomes 0.
 * The result stays sparse, for a column's minimum is 0 unless it has an entry in every row.
 */
export function minMaxColumns(matrix: SparseMatrix): SparseMatrix {
  const { rows, columns, indices, values } = matrix;
  const entries = new Float64Array(columns);
  const least = new Float64Array(columns).fill(Infinity);
  const most = new Float64Array(columns).fill(-Infinity);
  for (let e = 0; e < indices.length; e++) {
    const column = indices[e];
    entries[column]++;
    if (values[e] < least[column]) least[column] = values[e];
    if (values[e] > most[column]) most[column] = values[e];
  }
  for (let c = 0; c < columns; c++) {
    if (entries[c] === rows) continue;
    least[c] = Math.min(least[c], 0);
    most[c] = Math.max(most[c], 0);
    if (least[c] < 0) throw new RangeError('a column with negative entries would not stay sparse');
  }
  const range = most.map((value, c) => value - least[c] || 1);
  const moved = new Float64Array(values.length);
  for (let e = 0; e < values.length; e++) moved[e] = (values[e] - least[indices[e]]) / range[indices[e]];
  return { ...matrix, values: moved };
}

/** Every row divided by its Euclidean length; an empty row stays empty. */
function unitRows(matrix: SparseMatrix): SparseMatrix {
  const { rows, starts, values } = matrix;
  const unit = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let e = starts[i]; e < starts[i + 1]; e++) squares += values[e] * values[e];
    const length = Math.sqrt(squares) || 1;
    for (let e = starts[i]; e < starts[i + 1]; e++) unit[e] = values[e] / length;
  }
  return { ...matrix, values: unit };
}
