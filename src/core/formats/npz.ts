import { zipSync } from 'fflate';
import type { SparseMatrix } from '../base/sparseMatrix.ts';
import { npy, npyBytes } from './npyWriter.ts';

/** A sparse matrix as `scipy.sparse.save_npz` writes it (CSR, float64, deflated). */
export function npz({ rows, columns, starts, indices, values }: SparseMatrix): Uint8Array {
  const wide = values.length > 0x7fffffff;
  const pointers = wide ? BigInt64Array.from(starts, BigInt) : Int32Array.from(starts);
  const columnIds = wide ? BigInt64Array.from(indices, BigInt) : indices;
  return zipSync(
    {
      'indices.npy': npy(columnIds),
      'indptr.npy': npy(pointers),
      'format.npy': npyBytes('csr'),
      'shape.npy': npy(BigInt64Array.of(BigInt(rows), BigInt(columns))),
      'data.npy': npy(values),
    },
    { level: 6, mtime: '1980-01-01T00:00:00Z' }, // the same matrix gives the same bytes
  );
}
