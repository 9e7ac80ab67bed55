/** NumPy arrays as they lie in a file. */
import { bfloat, half } from './halfFloats.ts';
import { textOf, type PyValue } from './pickleValues.ts';

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
