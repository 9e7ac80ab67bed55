/** What a pickle may call: containers of Python, and NumPy's arrays, numbers and types. */
import {
  bytesOf,
  type DType,
  elementCount,
  mostEntries,
  type NdArray,
  numberReader,
  parseDType,
  PyArray,
  PyBytes,
  PyDict,
  PyDType,
  type PyKey,
  PyObject,
  PySet,
  PyText,
  type PyValue,
  stringsOf,
  textOf,
  wholeOf,
} from './pythonValues.ts';

/** Something in a pickle that cannot be. */
export class BadPickle extends Error {}

/** @param spend called with the bytes of memory that the value takes, before they are taken */
export type Constructor = (args: PyValue[], spend: (bytes: number) => void) => PyValue;
/** By `module name`. */
export type Constructors = Readonly<Record<string, Constructor>>;

export class PyCallable extends PyObject {
  readonly type = 'callable';
  constructor(
    readonly name: string,
    readonly construct: Constructor,
  ) {
    super();
  }
}

function orderedDict([pairs = []]: PyValue[], spend: (bytes: number) => void): PyDict {
  const dict = new PyDict();
  if (!Array.isArray(pairs) || pairs.length > mostEntries) throw new BadPickle('An OrderedDict is not made of pairs');
  spend(200 + 64 * pairs.length);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new BadPickle('An OrderedDict is not made of pairs');
    dict.set(textOf(pair[0]) ?? (pair[0] as PyKey), pair[1]);
  }
  return dict;
}

function set([members = []]: PyValue[], spend: (bytes: number) => void): PySet {
  if (!Array.isArray(members)) throw new BadPickle('A set is not made of a list');
  spend(96 + 8 * members.length);
  const made = new PySet();
  for (const member of members) made.members.push(member);
  return made;
}

/** Python 3 writes bytes into old protocols as text whose characters are the bytes. */
function latin1Bytes([text]: PyValue[], spend: (bytes: number) => void): PyBytes {
  if (text === undefined) return whole(Buffer.alloc(0));
  if (text instanceof PyBytes) return text;
  if (!(text instanceof PyText)) throw new BadPickle('These are no bytes');
  spend(4 * text.length);
  return whole(Buffer.from(text.toString(), 'latin1'));
}

const whole = (bytes: Buffer): PyBytes => new PyBytes(bytes, 0, bytes.length);

function dtype([descr]: PyValue[]): PyDType {
  const text = textOf(descr);
  if (text === undefined || !parseDType(text)) throw new BadPickle(`Elements of type ${shown(text)} are not read`);
  return new PickledDType(text);
}

const shown = (text: string | undefined): string =>
  text === undefined ? 'that kind' : JSON.stringify(text.slice(0, 30));

class PickledDType extends PyDType {
  /** (version, byte order, …) */
  override setState(state: PyValue): void {
    const order = Array.isArray(state) ? textOf(state[1]) : undefined;
    if (order === undefined || !/^[<>|=]$/.test(order)) throw new BadPickle('An element type has no byte order');
    this.descr = order + this.descr.replace(/^[<>|=]/, '');
  }
}

function dtypeOf(value: PyValue | undefined): DType {
  const parsed = value instanceof PyDType ? parseDType(value.descr) : undefined;
  if (!parsed) throw new BadPickle('An array has no element type');
  return parsed;
}

class PickledArray extends PyArray {
  /** (version, shape, element type, Fortran order, data) */
  override setState(state: PyValue): void {
    if (!Array.isArray(state) || state.length !== 5) throw new BadPickle('An array has no shape');
    const [, shape, type, fortran, data] = state;
    this.array = arrayOf(dtypeOf(type), shapeOf(shape), fortran === true || fortran === 1, data);
  }
}

function shapeOf(value: PyValue | undefined): number[] {
  const sizes = Array.isArray(value) ? value.map((size) => wholeOf(size) ?? -1) : undefined;
  if (!sizes || sizes.length > 32 || sizes.some((size) => size < 0) || !Number.isSafeInteger(elementCount(sizes)))
    throw new BadPickle('This is no shape of an array');
  return sizes;
}

function arrayOf(type: DType, shape: number[], fortran: boolean, data: PyValue | undefined): NdArray {
  const count = elementCount(shape);
  if (type.kind === 'O') {
    if (!Array.isArray(data) || data.length !== count)
      throw new BadPickle('An array of objects has another size than it says');
    return { dtype: type, shape, fortran, data: Buffer.alloc(0), objects: data };
  }
  const bytes = bytesOf(data);
  if (!bytes || bytes.length !== count * type.size) throw new BadPickle('An array has another size than it says');
  return { dtype: type, shape, fortran, data: bytes };
}

/** (buffer, element type, shape, order): protocol 5 */
function fromBuffer([data, type, shape, order]: PyValue[]): PyArray {
  const made = new PyArray();
  made.array = arrayOf(dtypeOf(type), shapeOf(shape), textOf(order) === 'F', data);
  return made;
}

/** A NumPy number or string becomes a plain one. */
function scalar([type, data]: PyValue[]): PyValue {
  const found = dtypeOf(type);
  const bytes = bytesOf(data);
  if (!bytes || bytes.length !== found.size) throw new BadPickle('A NumPy number has another size than its type');
  const read = numberReader(found);
  if (read) return found.kind === 'b' ? bytes[0] !== 0 : read(bytes, 0);
  const [text] = stringsOf({ dtype: found, shape: [1], fortran: false, data: bytes }) ?? [];
  if (text === undefined) throw new BadPickle('A NumPy object on its own is not read');
  const own = Buffer.from(text);
  return new PyText(own, 0, own.length);
}

const reconstruct: Constructor = () => new PickledArray();
/** Named as an argument of `_reconstruct` only. */
const notCalled: Constructor = () => {
  throw new BadPickle('An array is made in an unknown way');
};
const numpyCores = ['numpy.core', 'numpy._core'];

export const constructors: Constructors = {
  'collections OrderedDict': orderedDict,
  '_codecs encode': latin1Bytes,
  ...Object.fromEntries(
    ['builtins', '__builtin__'].flatMap((module): [string, Constructor][] => [
      [`${module} bytes`, latin1Bytes],
      [`${module} bytearray`, latin1Bytes],
      [`${module} set`, set],
      [`${module} frozenset`, set],
    ]),
  ),
  'numpy dtype': dtype,
  'numpy ndarray': notCalled,
  ...Object.fromEntries(
    numpyCores.flatMap((core): [string, Constructor][] => [
      [`${core}.multiarray _reconstruct`, reconstruct],
      [`${core}.multiarray scalar`, scalar],
      [`${core}.numeric _frombuffer`, fromBuffer],
    ]),
  ),
};
