/** NumPy's .npy files (format versions 1.0 to 3.0). */
import { UserError } from '../base/errors.ts';
import { elementCount, parseDType, type DType, type NdArray } from './ndarray.ts';
import { readPickle } from './pickle.ts';
import { PyArray } from './pickleValues.ts';

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
  new UserError('damaged-npy', `The NumPy array is damaged: ${why}`, 'Write the file anew.', { file });
