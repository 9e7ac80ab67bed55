/** Arrays as NumPy stores them (.npy, format version 1.0, little-endian). */
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
