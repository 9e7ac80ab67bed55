/** Rows of a matrix in a file: dense (.npy), read block by block, or compressed (.npz, as scipy.sparse.save_npz writes it). */
import { open, stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import { withFileErrors } from '../../base/files.ts';
import { numberReader, numbersOf, stringsOf, type NdArray } from '../../formats/pythonValues.ts';
import { longestHeader, parseNpyHeader, readNpy, requireSize, type NpyHeader } from '../../formats/npy.ts';
import { binaryKind, readWhole } from '../../formats/binaryFiles.ts';
import { remembered } from '../remembered.ts';
import { Zip } from '../../formats/zip.ts';

export interface MatrixRows {
  rows: number;
  columns: number;
  /** Rows that `load` may be asked for at once. */
  block: number;
  /** Must come before `each` for these rows; those of the last call alone are there. */
  load(from: number, to: number): Promise<void>;
  /** Calls with the entries of a row that are not 0, columns ascending in a dense matrix. */
  each(row: number, visit: (column: number, value: number) => void): void;
}

const blockBytes = 1 << 22;
const blockRows = 256;

/** Throws `UserError`. */
export async function openMatrix(path: string): Promise<MatrixRows> {
  const kind = await binaryKind(path);
  if (kind === 'npy') return openDense(path);
  if (kind === 'zip') return compressed(await remembered(path, () => readCompressed(path)));
  throw new UserError(
    'no-matrix',
    'This is neither a NumPy array nor a sparse matrix of scipy',
    'Name a .npy or .npz file.',
    {
      file: path,
    },
  );
}

async function openDense(path: string): Promise<MatrixRows> {
  const header = await readHeader(path);
  const { dtype, shape, fortran, start } = header;
  const read = numberReader(dtype);
  if (shape.length !== 2 || !read)
    throw new UserError('no-matrix', 'This array is no matrix of numbers', 'Name a two-dimensional array of numbers.', {
      file: path,
    });
  const [rows, columns] = shape;
  const rowBytes = columns * dtype.size;
  const { size } = await withFileErrors(path, () => stat(path));
  requireSize(path, size - start, rows * rowBytes);
  if (fortran) return denseColumns(await remembered(path, async () => readNpy(await readWhole(path), path)), read);
  let [data, first] = [Buffer.alloc(0), 0];
  return {
    rows,
    columns,
    block: Math.max(1, Math.min(blockRows, Math.floor(blockBytes / Math.max(1, rowBytes)))),
    async load(from, to) {
      [data, first] = [await readAt(path, start + from * rowBytes, (to - from) * rowBytes), from];
    },
    each(row, visit) {
      for (let c = 0, at = (row - first) * rowBytes; c < columns; c++, at += dtype.size) {
        const value = read(data, at);
        if (value !== 0) visit(c, value);
      }
    },
  };
}

/** Fortran order: a row lies scattered over the whole array. */
function denseColumns(
  { dtype, shape: [rows, columns], data }: NdArray,
  read: (data: Buffer, at: number) => number,
): MatrixRows {
  return {
    rows,
    columns,
    block: blockRows,
    load: async () => {},
    each(row, visit) {
      for (let c = 0; c < columns; c++) {
        const value = read(data, (c * rows + row) * dtype.size);
        if (value !== 0) visit(c, value);
      }
    },
  };
}

async function readHeader(path: string): Promise<NpyHeader> {
  const { size } = await withFileErrors(path, () => stat(path));
  return parseNpyHeader(await readAt(path, 0, Math.min(size, longestHeader)), path);
}

async function readAt(path: string, start: number, length: number): Promise<Buffer<ArrayBuffer>> {
  return withFileErrors(path, async () => {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(length);
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled);
        if (bytesRead === 0)
          throw new UserError('file-changed', 'The file has become shorter', 'Read it again.', { file: path });
        filled += bytesRead;
      }
      return buffer;
    } finally {
      await file.close();
    }
  });
}

interface Compressed {
  rows: number;
  columns: number;
  starts: Float64Array; // [rows + 1]
  indices: Float64Array; // [entries]
  values: Float64Array; // [entries]
}

function compressed({ rows, columns, starts, indices, values }: Compressed): MatrixRows {
  return {
    rows,
    columns,
    block: blockRows,
    load: async () => {},
    each(row, visit) {
      for (let e = starts[row]; e < starts[row + 1]; e++) if (values[e] !== 0) visit(indices[e], values[e]);
    },
  };
}

async function readCompressed(path: string): Promise<Compressed> {
  const zip = new Zip(await readWhole(path), path);
  const array = (name: string): NdArray => {
    const member = zip.read(`${name}.npy`);
    if (!member) throw notSparse(path, `it has no ${name}`);
    return readNpy(member, path);
  };
  const numbers = (name: string): Float64Array => {
    const values = numbersOf(array(name));
    if (!values) throw notSparse(path, `its ${name} are no numbers`);
    return values;
  };
  const format = stringsOf(array('format'))?.[0];
  if (format !== 'csr') throw notSparse(path, `its format is ${JSON.stringify(format ?? '')}, only csr is read`);
  const [rows, columns] = numbers('shape');
  const matrix = { rows, columns, starts: numbers('indptr'), indices: numbers('indices'), values: numbers('data') };
  check(matrix, path);
  return matrix;
}

function check({ rows, columns, starts, indices, values }: Compressed, path: string): void {
  if (starts.length !== rows + 1 || starts[0] !== 0) throw notSparse(path, 'its rows do not fit its shape');
  for (let i = 0; i < rows; i++) if (!(starts[i] <= starts[i + 1])) throw notSparse(path, 'its rows overlap');
  const entries = starts[rows];
  if (!(entries <= indices.length && entries <= values.length)) throw notSparse(path, 'it has too few entries');
  for (let e = 0; e < entries; e++)
    if (!(Number.isInteger(indices[e]) && indices[e] >= 0 && indices[e] < columns))
      throw notSparse(path, 'a column lies outside of its shape');
}

const notSparse = (file: string, why: string): UserError =>
  new UserError(
    'no-sparse-matrix',
    `This zip is no sparse matrix of scipy: ${why}`,
    'Write it with scipy.sparse.save_npz (csr_matrix).',
    {
      file,
    },
  );
