/** NumPy's .npy files: read in format versions 1.0 to 3.0, written in 1.0. */
import { UserError } from '../base/errors.ts';
import { type DType, elementCount, type NdArray, parseDType, PyArray } from './pythonValues.ts';
import { readPickle } from './pickle.ts';

export interface NpyHeader {
  dtype: DType;
  shape: number[];
  fortran: boolean;
  /** Offset of the data. */
  start: number;
}

/** As much of a file as its header can take. */
export const longestHeader = 1 << 16;

/** @param bytes the beginning of the file, `longestHeader` bytes where it has so many. Throws `UserError` `damaged-npy`, `unread-npy`. */
export function parseNpyHeader(bytes: Buffer, file: string): NpyHeader {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY' || bytes[6] < 1 || bytes[6] > 3)
    throw damagedNpy(file, 'It does not begin as a NumPy array does');
  const from = bytes[6] === 1 ? 10 : 12;
  const start = from + (bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (start > bytes.length) throw damagedNpy(file, 'Its header breaks off');
  const text = bytes.toString('latin1', from, start);
  const descr = /'descr':\s*'([^']{1,20})'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape':\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (fortran === undefined || sizes === undefined || !/'descr':/.test(text))
    throw damagedNpy(file, 'Its header is not that of an array');
  const dtype = descr === undefined ? undefined : parseDType(descr);
  if (!dtype)
    throw new UserError(
      'unread-npy',
      `Arrays of this type of element are not read${descr === undefined ? '' : ` (${descr})`}`,
      'Write it with numbers, strings or a dict.',
      { file },
    );
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  if (shape.length > 32 || !Number.isSafeInteger(elementCount(shape) * Math.max(1, dtype.size)))
    throw damagedNpy(file, 'Its shape is beyond all bounds');
  return { dtype, shape, fortran: fortran === 'True', start };
}

/** Reads an array that is in memory; objects are read from their pickle. Throws `UserError`. */
export function readNpy(bytes: Buffer, file: string): NdArray {
  const { dtype, shape, fortran, start } = parseNpyHeader(bytes, file);
  if (dtype.kind === 'O') return objectArray(bytes, start, file);
  const size = elementCount(shape) * dtype.size;
  requireSize(file, bytes.length - start, size);
  return { dtype, shape, fortran, data: bytes.subarray(start, start + size) };
}

export function requireSize(file: string, there: number, needed: number): void {
  if (there < needed) throw damagedNpy(file, `It holds ${there} bytes of data where its shape needs ${needed}`);
}

function objectArray(bytes: Buffer, start: number, file: string): NdArray {
  const { value } = readPickle(bytes, { file, start });
  if (!(value instanceof PyArray) || !value.array) throw damagedNpy(file, 'Its objects are no array');
  return value.array;
}

const damagedNpy = (file: string, why: string): UserError =>
  new UserError('damaged-npy', `The NumPy array is damaged: ${why}`, 'Write the file again.', { file });

/** What is written, little-endian. */
type Storable = Float64Array | Float32Array | Int32Array | BigInt64Array;

const types: [new (length: number) => Storable, string][] = [
  [Float64Array, '<f8'],
  [Float32Array, '<f4'],
  [Int32Array, '<i4'],
  [BigInt64Array, '<i8'],
];

/** @param shape product = array length; C order */
export function npy(array: Storable, shape: readonly number[] = [array.length]): Uint8Array {
  if (shape.reduce((product, n) => product * n, 1) !== array.length)
    throw new RangeError(`${array.length} is not ${shape}`);
  const type = types.find(([constructor]) => array instanceof constructor)![1];
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return withHeader(type, shape, data);
}

/** A zero-dimensional array of one byte string, such as the `format` of a scipy matrix. */
export function npyBytes(text: string): Uint8Array {
  return withHeader(`|S${text.length}`, [], Buffer.from(text, 'latin1'));
}

const withHeader = (type: string, shape: readonly number[], data: Uint8Array): Uint8Array =>
  Buffer.concat([npyHeader(type, shape), data]);

/** What stands before the data; 128 bytes for every matrix, so that it can be replaced once the number of rows is known. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.max(shape.length === 2 ? 128 : 64, Math.ceil((dictionary.length + 11) / 64) * 64);
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${dictionary.padEnd(length - 11)}\n`, 'latin1');
  head.writeUInt16LE(length - 10, 8);
  return head;
}
