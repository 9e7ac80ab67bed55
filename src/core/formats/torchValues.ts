/** What PyTorch puts into a pickle: storages by their names, and tensors as views of them. */
import { BadPickle, type Constructor, type Constructors, PyCallable } from './pickleConstructors.ts';
import { type DType, listOf, numberReader, PyObject, type PyValue, textOf, wholeOf } from './pythonValues.ts';

const types: Record<string, DType> = {
  FloatStorage: { kind: 'f', size: 4, littleEndian: true },
  DoubleStorage: { kind: 'f', size: 8, littleEndian: true },
  HalfStorage: { kind: 'f', size: 2, littleEndian: true },
  BFloat16Storage: { kind: 'brain', size: 2, littleEndian: true },
  LongStorage: { kind: 'i', size: 8, littleEndian: true },
  IntStorage: { kind: 'i', size: 4, littleEndian: true },
  ShortStorage: { kind: 'i', size: 2, littleEndian: true },
  CharStorage: { kind: 'i', size: 1, littleEndian: true },
  ByteStorage: { kind: 'u', size: 1, littleEndian: true },
  BoolStorage: { kind: 'b', size: 1, littleEndian: true },
};

/** Numbers in a file; `data` is set once they are found. */
export class TorchStorage extends PyObject {
  readonly type = 'object';
  data: Buffer | undefined;
  constructor(
    readonly key: string,
    readonly dtype: DType,
    /** Numbers in it. */
    readonly length: number,
  ) {
    super();
  }
}

export class TorchTensor extends PyObject {
  readonly type = 'object';
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
  ) {
    super();
  }

  get length(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  /** Row-major. Throws `BadPickle` where the storage holds less than the shape needs. */
  floats(): Float32Array {
    const { storage, shape, strides, offset, length } = this;
    const read = numberReader(storage.dtype);
    const { data } = storage;
    const last = shape.reduce((at, n, d) => at + Math.max(0, n - 1) * strides[d], offset);
    const isDense = length * storage.dtype.size <= (data?.length ?? 0); // no broadcast views: they are larger than the file
    if (!read || !data || !isDense || (length > 0 && (last + 1) * storage.dtype.size > data.length))
      throw new BadPickle('A tensor is larger than its storage');
    const values = new Float32Array(length);
    const index = new Array<number>(shape.length).fill(0);
    for (let i = 0, at = offset; i < length; i++) {
      values[i] = read(data, at * storage.dtype.size);
      for (let d = shape.length - 1; d >= 0; d--) {
        at += strides[d];
        if (++index[d] < shape[d]) break;
        at -= strides[d] * shape[d];
        index[d] = 0;
      }
    }
    return values;
  }
}

/** The storage that a persistent id names: ('storage', type, key, location, length, view). */
export function storageOf(id: PyValue, known: Map<string, TorchStorage>): TorchStorage {
  const [kind, type, name, , size, view] = listOf(id) ?? [];
  const key = textOf(name);
  const length = wholeOf(size);
  const dtype = type instanceof PyCallable ? types[type.name.replace(/^.*\./, '')] : undefined;
  if (textOf(kind) !== 'storage' || key === undefined || length === undefined || length < 0 || !dtype)
    throw new BadPickle('This is no storage of PyTorch');
  if (view !== undefined && view !== null) throw new BadPickle('Storages that are parts of others are not read');
  const found = known.get(key) ?? new TorchStorage(key, dtype, length);
  if (found.length !== length || found.dtype.size !== dtype.size) throw new BadPickle('A storage has two sizes');
  known.set(key, found);
  return found;
}

/** (storage, offset, shape, strides, …) */
const tensor: Constructor = ([storage, offset, shape, strides]) => {
  const sizes = wholes(shape);
  const steps = wholes(strides);
  const start = wholeOf(offset);
  if (
    !(storage instanceof TorchStorage) ||
    start === undefined ||
    start < 0 ||
    !sizes ||
    sizes.length !== steps?.length
  )
    throw new BadPickle('This is no tensor');
  const made = new TorchTensor(storage, start, sizes, steps);
  if (!Number.isSafeInteger(made.length)) throw new BadPickle('A tensor is too large');
  return made;
};

function wholes(value: PyValue | undefined): number[] | undefined {
  const numbers = listOf(value)?.map((n) => wholeOf(n) ?? -1);
  return numbers && numbers.length <= 16 && numbers.every((n) => n >= 0) ? numbers : undefined;
}

const parameter: Constructor = ([data]) => data ?? null;
const size: Constructor = ([sizes]) => sizes ?? [];
/** Only named, never made by a pickle itself. */
const nameOnly: Constructor = () => {
  throw new BadPickle('A storage is made in an unknown way');
};

export const torchConstructors: Constructors = {
  'torch._utils _rebuild_tensor': tensor,
  'torch._utils _rebuild_tensor_v2': tensor,
  'torch._utils _rebuild_parameter': parameter,
  'torch Size': size,
  ...Object.fromEntries(
    ['torch', 'torch.cuda'].flatMap((module) =>
      Object.keys(types).map((name): [string, Constructor] => [`${module} ${name}`, nameOnly]),
    ),
  ),
};
