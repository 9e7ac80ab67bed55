import { writeAtomic } from '../base/files.ts';
import {
  bytesOf,
  digestOf,
  dtypeOf,
  elementSize,
  type Infos,
  type Metadata,
  pieces,
  product,
  sealed,
  type Tensor,
  type TensorData,
  type TensorInfo,
  type WrittenDtype,
} from './safetensors.ts';

/** A tensor that is read when its turn comes to be written. */
export interface LazyTensor {
  dtype: WrittenDtype;
  shape: number[];
  read(): TensorData | Promise<TensorData>;
}

/**
 * Writes a whole file or none (see safetensors.ts), tensor by tensor: no more than one that is read for it is in memory.
 * Throws `UserError`.
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor | LazyTensor>,
  metadata: Metadata = {},
  { sealed: isSealed = false } = {},
): Promise<void> {
  const { ordered, infos } = layOut(new Map(Array.from(tensors, ([name, tensor]) => [name, lazy(tensor)])));
  const digests = new Map(Array.from(tensors.keys(), (name) => [name, noDigest]));
  const header = (): Uint8Array => encodeHeader(infos, isSealed ? sealed(metadata, infos, digests) : metadata);
  await writeAtomic(path, async (write, overwrite) => {
    await write(header());
    for (const [name, { shape, read }] of ordered) {
      const data = await read();
      requireFull(name, shape, data.length);
      if (isSealed) digests.set(name, digestOf(data));
      for (const bytes of pieces(data)) await write(bytes);
    }
    if (isSealed) await overwrite(header(), 0);
  });
}

/** Where a digest will stand: as long as one, so that the header's length is known before the tensors are read. */
const noDigest = '0'.repeat(44);

/** A file in pieces that are views of the tensors, not sealed. */
export function safetensorsPieces(tensors: ReadonlyMap<string, Tensor>, metadata: Metadata): Uint8Array[] {
  const { ordered, infos } = layOut(tensors);
  for (const [name, { shape, data }] of ordered) requireFull(name, shape, data.length);
  return [encodeHeader(infos, metadata), ...ordered.map(([, { data }]) => bytesOf(data))];
}

const lazy = (tensor: Tensor | LazyTensor): LazyTensor =>
  'read' in tensor ? tensor : { dtype: dtypeOf(tensor.data), shape: tensor.shape, read: () => tensor.data };

/** Tensors are ordered by element size, so that each starts aligned. */
function layOut<T extends Tensor | LazyTensor>(
  tensors: ReadonlyMap<string, T>,
): { ordered: [string, T][]; infos: Infos } {
  const dtype = (tensor: T): WrittenDtype => ('data' in tensor ? dtypeOf(tensor.data) : tensor.dtype);
  const ordered = [...tensors].sort(([, a], [, b]) => elementSize(dtype(b)) - elementSize(dtype(a)));
  const infos = new Map<string, TensorInfo>();
  let end = 0;
  for (const [name, tensor] of ordered) {
    if (name === '__metadata__') throw new RangeError('a tensor cannot be named __metadata__');
    const begin = end;
    end += product(tensor.shape) * elementSize(dtype(tensor));
    infos.set(name, { dtype: dtype(tensor), shape: tensor.shape, begin, end });
  }
  return { ordered, infos };
}

function requireFull(name: string, shape: number[], length: number): void {
  if (product(shape) !== length) throw new RangeError(`tensor ${name}: ${length} numbers for [${shape}]`);
}

/** Padded with spaces, so that the data begins at a multiple of 8 bytes. */
function encodeHeader(infos: Infos, metadata: Metadata): Uint8Array {
  const tensors = Array.from(infos, ([name, { dtype, shape, begin, end }]) => [
    name,
    { dtype, shape, data_offsets: [begin, end] },
  ]);
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensors) }));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(8 + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.set(json, 8);
  return bytes;
}
