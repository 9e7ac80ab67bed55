import { extname } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { type SparseMatrix, transpose } from '../base/sparseMatrix.ts';
import { zipSync } from 'fflate';
import { npy, npyBytes } from './npy.ts';

const writers: Record<string, (matrix: SparseMatrix, name: string) => Uint8Array> = { '.npz': npz, '.mat': mat };

/** Throws `UserError` `matrix-format` where the name of a file does not say how a matrix is written. */
export function checkMatrixName(path: string): void {
  if (Object.hasOwn(writers, extname(path).toLowerCase())) return;
  throw new UserError(
    'matrix-format',
    'The name does not say how to write a matrix',
    'End it in .npz (scipy, pyxclib) or .mat (MATLAB, Octave).',
    { file: path },
  );
}

/**
 * Writes a matrix as the extension of `path` says: .npz for scipy, .mat for MATLAB and Octave, where it is the variable `name`.
 * Throws `UserError` (`matrix-format`, `too-large-for-mat`, those of writing).
 */
export async function writeMatrix(path: string, matrix: SparseMatrix, name: string): Promise<void> {
  checkMatrixName(path);
  await writeFileAtomic(path, writers[extname(path).toLowerCase()](matrix, name));
}

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

const element = { int8: 1, int32: 5, uint32: 6, double: 9, matrix: 14 };
const sparseClass = 5;
/** A level 5 file counts the bytes of a variable in 31 bits. */
const limit = 0x7fffffff;

/**
 * A MATLAB level 5 file (.mat) with one sparse matrix, as MATLAB, Octave and scipy read it.
 * Throws `UserError` `too-large-for-mat`.
 */
export function mat(matrix: SparseMatrix, name: string): Uint8Array {
  const byColumn = transpose(matrix); // MATLAB compresses columns
  const entries = byColumn.values.length;
  const body = [
    tagged(element.uint32, Uint32Array.of(sparseClass, Math.max(1, entries))),
    tagged(element.int32, Int32Array.of(matrix.rows, matrix.columns)),
    tagged(element.int8, Uint8Array.from(Buffer.from(name, 'latin1'))),
    tagged(element.int32, byColumn.indices),
    tagged(element.int32, Int32Array.from(byColumn.starts)),
    tagged(element.double, byColumn.values),
  ];
  const size = body.reduce((sum, part) => sum + part.length, 0);
  if (size > limit)
    throw new UserError(
      'too-large-for-mat',
      `The matrix takes ${(size / 2 ** 30).toFixed(1)} GiB, and a .mat file of this kind holds 2`,
      'Export it as .npz instead.',
    );
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(element.matrix, 0);
  tag.writeUInt32LE(size, 4);
  return Buffer.concat([header(), tag, ...body]);
}

function header(): Buffer {
  const bytes = Buffer.alloc(128, ' ');
  bytes.write('MATLAB 5.0 MAT-file, written by XML-CNN', 'latin1');
  bytes.fill(0, 116, 124);
  bytes.writeUInt16LE(0x0100, 124);
  bytes.write('IM', 126, 'latin1');
  return bytes;
}

/** A data element: type, bytes, data, padded to 8 bytes. */
function tagged(type: number, data: Uint8Array | Int32Array | Uint32Array | Float64Array): Buffer {
  const bytes = Buffer.alloc(8 + Math.ceil(data.byteLength / 8) * 8);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(data.byteLength, 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8);
  return bytes;
}
