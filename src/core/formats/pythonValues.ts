/** Values of Python as a pickle holds them, and NumPy's arrays as they lie in a file. */
import { isUtf8 } from 'node:buffer';
import { bfloat, half } from './halfFloats.ts';

/** What a pickle can hold here. Tuples are lists; a dict is a `Map` whose textual keys are strings. */
export type PyValue =
  null | boolean | number | bigint | PyText | PyBytes | PyValue[] | PyDict | PyArray | PyDType | PySet | PyObject;

export type PyKey = string | number | bigint | boolean | null | object;
export class PyDict extends Map<PyKey, PyValue> {
  readonly type = 'dict';
}

/** V8 ends at 2^24 entries with an error of its own. */
export const mostEntries = 1 << 23;

/** A set's members are not compared with one another. */
export class PySet {
  readonly type = 'set';
  readonly members: PyValue[] = [];
}

/** A part of the pickle; decoded when it is asked for. */
abstract class Slice {
  constructor(
    private readonly source: Buffer,
    private readonly start: number,
    private readonly stop: number,
  ) {}

  get bytes(): Buffer {
    return this.source.subarray(this.start, this.stop);
  }

  get length(): number {
    return this.stop - this.start;
  }
}

/** A `str` of Python 3, a `unicode` or a `str` of Python 2 (bytes without a stated encoding). */
export class PyText extends Slice {
  readonly type = 'text';

  /** UTF-8; what is not, is Latin-1. */
  override toString(): string {
    const { bytes } = this;
    return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
  }
}

/** `bytes` and `bytearray`. */
export class PyBytes extends Slice {
  readonly type = 'bytes';
}

export class PyDType {
  readonly type = 'dtype';
  /** As in a .npy header; byte order may be set after construction. */
  constructor(public descr: string) {}
  /** Throws where the state is none of such a thing. */
  setState?(state: PyValue): void;
}

/** An array that is being put together by a pickle. */
export class PyArray {
  readonly type = 'ndarray';
  array: NdArray | undefined;
  setState?(state: PyValue): void;
}

/** An object of a library other than Python itself and NumPy; whoever allows its constructor knows what it is. */
export abstract class PyObject {
  abstract readonly type: 'object' | 'callable';
  setState?(state: PyValue): void;
}

/** The string of a text, undefined for all else. */
export const textOf = (value: PyValue | undefined): string | undefined =>
  value instanceof PyText ? value.toString() : undefined;

export const listOf = (value: PyValue | undefined): PyValue[] | undefined => (Array.isArray(value) ? value : undefined);

/** The bytes of `bytes`, and of a `str` of Python 2. */
export const bytesOf = (value: PyValue | undefined): Buffer | undefined =>
  value instanceof PyBytes || value instanceof PyText ? value.bytes : undefined;

/** A whole number that a JavaScript number holds exactly. */
export const wholeOf = (value: PyValue | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

/** Element type of an array. Kinds as NumPy names them: bool, int, unsigned, float, bytes, Unicode, objects; and PyTorch's bfloat16. */
export interface DType {
  kind: 'b' | 'i' | 'u' | 'f' | 'S' | 'U' | 'O' | 'brain';
  /** Bytes of an element. */
  size: number;
  littleEndian: boolean;
}

const sizes: Record<DType['kind'], readonly number[] | undefined> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
  brain: [2],
  S: undefined, // any
  U: undefined, // a multiple of 4
  O: undefined,
};

/** `<f8`, `|S12`, `>i4`, also without the mark of the byte order. undefined for types that are not read (complex, dates, records). */
export function parseDType(text: string): DType | undefined {
  const match = /^([<>|=]?)([biufSUaO])(\d{0,9})$/.exec(text);
  if (!match) return undefined;
  const kind = (match[2] === 'a' ? 'S' : match[2]) as DType['kind'];
  const units = Number(match[3]);
  const size = kind === 'O' ? 8 : kind === 'U' ? 4 * units : units;
  const known = sizes[kind];
  if (known && !known.includes(size)) return undefined;
  return { kind, size, littleEndian: match[1] !== '>' };
}

/** Elements in C order, or in Fortran order where `fortran`; objects are the values of a pickle. */
export interface NdArray {
  dtype: DType;
  shape: number[];
  fortran: boolean;
  /** As many bytes as shape and type need. */
  data: Buffer;
  /** In place of `data` for arrays of objects. */
  objects?: PyValue[];
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** How to read a number at a byte of the data. Integers beyond 2^53 lose their last bits. undefined where the type has no numbers. */
export function numberReader({
  kind,
  size,
  littleEndian: le,
}: DType): ((data: Buffer, at: number) => number) | undefined {
  switch (`${kind}${size}`) {
    case 'b1':
    case 'u1':
      return (data, at) => data[at];
    case 'i1':
      return (data, at) => data.readInt8(at);
    case 'u2':
      return le ? (data, at) => data.readUInt16LE(at) : (data, at) => data.readUInt16BE(at);
    case 'i2':
      return le ? (data, at) => data.readInt16LE(at) : (data, at) => data.readInt16BE(at);
    case 'u4':
      return le ? (data, at) => data.readUInt32LE(at) : (data, at) => data.readUInt32BE(at);
    case 'i4':
      return le ? (data, at) => data.readInt32LE(at) : (data, at) => data.readInt32BE(at);
    case 'u8':
      return le ? (data, at) => Number(data.readBigUInt64LE(at)) : (data, at) => Number(data.readBigUInt64BE(at));
    case 'i8':
      return le ? (data, at) => Number(data.readBigInt64LE(at)) : (data, at) => Number(data.readBigInt64BE(at));
    case 'f2':
      return (data, at) => half(le ? data.readUInt16LE(at) : data.readUInt16BE(at));
    case 'brain2':
      return (data, at) => bfloat(le ? data.readUInt16LE(at) : data.readUInt16BE(at));
    case 'f4':
      return le ? (data, at) => data.readFloatLE(at) : (data, at) => data.readFloatBE(at);
    case 'f8':
      return le ? (data, at) => data.readDoubleLE(at) : (data, at) => data.readDoubleBE(at);
    default:
      return undefined;
  }
}

/** The numbers of an array in the order in which they lie; undefined where it holds none. */
export function numbersOf({ dtype, data }: NdArray): Float64Array<ArrayBuffer> | undefined {
  const read = numberReader(dtype);
  if (!read) return undefined;
  const values = new Float64Array(data.length / dtype.size);
  for (let i = 0; i < values.length; i++) values[i] = read(data, i * dtype.size);
  return values;
}

/** The strings of an array of strings or of objects that are strings; undefined where it holds others. */
export function stringsOf({ dtype, data, objects }: NdArray): string[] | undefined {
  if (objects) {
    const texts = objects.map(textOf);
    return texts.every((text) => text !== undefined) ? texts : undefined;
  }
  const { kind, size } = dtype;
  if (kind !== 'S' && kind !== 'U') return undefined;
  const count = size ? data.length / size : 0;
  return Array.from({ length: count }, (_, i) => {
    const bytes = data.subarray(i * size, (i + 1) * size);
    return kind === 'S' ? bytes.toString('utf8').replace(/\0+$/, '') : codePoints(bytes, dtype.littleEndian);
  });
}

function codePoints(bytes: Buffer, littleEndian: boolean): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const code = littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text.replace(/\0+$/, '');
}
