/**
 * The safetensors file format (Hugging Face), little-endian:
 *   8 bytes   N, length of the header as an unsigned integer
 *   N bytes   JSON: { "__metadata__": { string: string }, name: { "dtype", "shape", "data_offsets": [begin, end] } }
 *   the rest  data; offsets count from here, row-major, without gaps or overlaps
 * Files of ours may be sealed: their metadata hold `digests`, the SHA-256 of each tensor's bytes as JSON, and `seal`, the
 * SHA-256 of the rest of the header. A sealed file that was changed is refused, whatever was changed.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { bfloats, halves } from './halfFloats.ts';
import { isRecord } from '../base/schema.ts';
import { createHash } from 'node:crypto';

const arrays = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array } as const;
/** Dtypes that are written: of F16, the bits. What is in an array without a dtype beside it is the first that fits. */
const written = { ...arrays, F16: Uint16Array, U16: Uint16Array } as const;
export type WrittenDtype = keyof typeof written;

/** Dtypes that are read as float32: each of their values is one of float32's. */
const floats = {
  F16: (bits: Uint16Array): Float32Array => {
    const values = halves();
    return Float32Array.from(bits, (value) => values[value]);
  },
  BF16: bfloats,
} as const;
type Dtype = WrittenDtype | keyof typeof floats;

const isHalf = (dtype: Dtype): dtype is keyof typeof floats => Object.hasOwn(floats, dtype);
export const elementSize = (dtype: Dtype): number => (isHalf(dtype) ? 2 : written[dtype].BYTES_PER_ELEMENT);
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array;

export interface Tensor {
  shape: number[];
  data: TensorData;
}

export interface TensorInfo {
  dtype: Dtype;
  shape: number[];
  /** First byte of the data and one past its last, from the start of the file's data. */
  begin: number;
  end: number;
}

/** A larger header is not one of ours and would fill the memory (the limit of the official reader). */
const maxHeader = 100_000_000;

export const dtypeOf = (data: TensorData): WrittenDtype =>
  (Object.keys(written) as WrittenDtype[]).find((d) => data instanceof written[d])!;

/** An open file: the header checked, tensors read one by one as they are asked for. */
export class SafetensorsFile {
  private constructor(
    readonly path: string,
    readonly metadata: Readonly<Record<string, string>>,
    readonly tensors: ReadonlyMap<string, TensorInfo>,
    private readonly handle: FileHandle,
    private readonly dataStart: number,
    /** SHA-256 of each tensor; undefined where the file is not sealed. */
    private readonly digests: Readonly<Record<string, string>> | undefined,
  ) {}

  get isSealed(): boolean {
    return this.digests !== undefined;
  }

  /** Throws `UserError` `malformed-safetensors` for anything the format does not allow. */
  static open(path: string): Promise<SafetensorsFile> {
    return withFileErrors(path, async () => {
      const handle = await open(path, 'r');
      try {
        const { size } = await handle.stat();
        const start = size < 8 ? malformed(path, 'it is shorter than 8 bytes') : await readBytes(handle, path, 0, 8);
        const length = Number(Buffer.from(start).readBigUInt64LE());
        if (length > maxHeader) malformed(path, `its header would have ${length} bytes`);
        if (8 + length > size) malformed(path, 'it ends within its header');
        const text = decode(path, await readBytes(handle, path, 8, length));
        const { metadata, tensors } = parseHeader(path, text, size - 8 - length);
        return new SafetensorsFile(path, metadata, tensors, handle, 8 + length, checkSeal(path, metadata, tensors));
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  /** Opens a file for as long as `work` takes. Throws what the two throw. */
  static async use<T>(path: string, work: (file: SafetensorsFile) => T | Promise<T>): Promise<T> {
    const file = await SafetensorsFile.open(path);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  /** Numbers of 16 bits as float32. */
  async read(name: string): Promise<Tensor> {
    const { shape, dtype, bytes } = await this.bytesOf(name);
    const data = isHalf(dtype) ? floats[dtype](new Uint16Array(bytes.buffer)) : new written[dtype](bytes.buffer);
    return { shape, data };
  }

  /** The same, with the bits of numbers of 16 bits. */
  async readBits(name: string): Promise<TensorData> {
    const { dtype, bytes } = await this.bytesOf(name);
    return new (isHalf(dtype) ? Uint16Array : written[dtype])(bytes.buffer);
  }

  private async bytesOf(name: string): Promise<TensorInfo & { bytes: Uint8Array<ArrayBuffer> }> {
    const info = this.tensors.get(name) ?? malformed(this.path, `it has no tensor "${name}"`);
    const bytes = await withFileErrors(this.path, () =>
      readBytes(this.handle, this.path, this.dataStart + info.begin, info.end - info.begin),
    );
    if (this.digests && this.digests[name] !== digestOf(bytes))
      malformed(this.path, `tensor "${name}" is not what was written`);
    return { ...info, bytes };
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

async function readBytes(
  handle: FileHandle,
  path: string,
  from: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(piece, length - at), from + at);
    if (bytesRead === 0) malformed(path, 'it ends too early');
    at += bytesRead;
  }
  return bytes;
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed(path, 'its header is not UTF-8');
  }
}

function parseHeader(path: string, text: string, dataBytes: number) {
  if (!text.startsWith('{')) malformed(path, 'its header does not begin with "{"');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    malformed(path, 'its header is not JSON');
  }
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    malformed(path, 'its metadata are not strings');
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, parseInfo(path, name, entry)]));
  checkLayout(path, tensors, dataBytes);
  return { metadata: metadata as Record<string, string>, tensors };
}

function checkSeal(path: string, metadata: Metadata, infos: Infos): Readonly<Record<string, string>> | undefined {
  if (metadata.seal === undefined) return undefined;
  if (metadata.seal !== sealOf(metadata, infos)) malformed(path, 'its header is not what was written');
  return JSON.parse(metadata.digests) as Record<string, string>; // as it was written: the seal says so
}

function parseInfo(path: string, name: string, entry: unknown): TensorInfo {
  const fail = (what: string): never => malformed(path, `tensor "${name}" ${what}`);
  if (!isRecord(entry)) return fail('is not described by an object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !(Object.hasOwn(written, dtype) || Object.hasOwn(floats, dtype)))
    return fail(`has the unknown dtype ${dtype}`);
  if (!isCounts(shape)) return fail('has a shape that is not a list of whole numbers');
  if (!isCounts(offsets) || offsets.length !== 2) return fail('has offsets that are not two whole numbers');
  const [begin, end] = offsets;
  const bytes = product(shape) * elementSize(dtype as Dtype);
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes)
    return fail(`of dtype ${dtype} and shape [${shape}] cannot lie at ${begin} to ${end}`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

/** Tensors must cover the data without gap or overlap; a name given twice shows as a gap. */
function checkLayout(path: string, tensors: ReadonlyMap<string, TensorInfo>, dataBytes: number): void {
  let end = 0;
  for (const [name, info] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (info.begin < end) malformed(path, `tensor "${name}" overlaps another`);
    if (info.begin > end) malformed(path, `there is a gap before tensor "${name}"`);
    end = info.end;
  }
  if (end > dataBytes) malformed(path, `it ends too early: ${dataBytes} of ${end} bytes of data`);
  if (end < dataBytes) malformed(path, `${dataBytes - end} bytes belong to no tensor`);
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

export const product = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

function malformed(path: string, why: string): never {
  throw new UserError(
    'malformed-safetensors',
    `This is not a whole safetensors file: ${why}`,
    'Use another checkpoint, or train again.',
    { file: path },
  );
}

export type Metadata = Readonly<Record<string, string>>;
export type Infos = ReadonlyMap<string, TensorInfo>;

/** Largest piece handed to one read, write or hash. */
const piece = 1 << 28;

export const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export function* pieces(data: TensorData): Generator<Uint8Array> {
  const bytes = bytesOf(data);
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

/** SHA-256, 44 characters. */
export function digestOf(data: TensorData): string {
  const hash = createHash('sha256');
  for (const bytes of pieces(data)) hash.update(bytes);
  return hash.digest('base64');
}

/** SHA-256 of everything that a header says but the seal itself, in an order of its own. */
function sealOf({ seal: _, ...metadata }: Metadata, infos: Infos): string {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
  const said = [Object.entries(metadata).sort(byName), [...infos].sort(byName)];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64');
}

/** Metadata with the digests of all tensors, and the seal over them. */
export function sealed(metadata: Metadata, infos: Infos, digests: ReadonlyMap<string, string>): Metadata {
  const whole = { ...metadata, digests: JSON.stringify(Object.fromEntries(digests)) };
  return { ...whole, seal: sealOf(whole, infos) };
}
