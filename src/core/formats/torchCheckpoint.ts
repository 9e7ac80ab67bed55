/** Files of `torch.save`, in the form before PyTorch 1.6 (pickles, then storages) and since (a zip). */
import { binaryKind, readWhole } from './binaryFiles.ts';
import { Zip } from './zip.ts';
import { UserError } from '../base/errors.ts';
import { BadPickle } from './pickleConstructors.ts';
import { readPickle } from './pickle.ts';
import { PyDict, listOf, textOf, type PyValue } from './pythonValues.ts';
import { TorchStorage, TorchTensor, storageOf, torchConstructors } from './torchValues.ts';

const legacyMagic = 0x1950a86a20f9469cfc6cn;

interface TorchCheckpoint {
  /** Tensors of the model by name. */
  state: Map<string, TorchTensor>;
  /** Where the file says so. */
  epoch?: number;
}

/**
 * The tensors of a model: of `{'state_dict': …, 'epoch': …}`, as the original program saves it, or of a bare state_dict.
 * Throws `UserError` `not-torch`, `refused-pickle`, `damaged-pickle`, `damaged-torch`.
 */
export async function readTorchCheckpoint(file: string): Promise<TorchCheckpoint> {
  const bytes = await readWhole(file);
  const value = (await binaryKind(file)) === 'zip' ? readZipped(bytes, file) : readLegacy(bytes, file);
  const outer = value instanceof PyDict ? value : undefined;
  const inner = outer?.get('state_dict');
  const state = tensorsOf(inner instanceof PyDict ? inner : outer);
  if (state.size === 0) throw notTorch(file, 'there are no tensors of a model in it');
  const epoch = outer?.get('epoch');
  return { state, ...(typeof epoch === 'number' && { epoch }) };
}

function tensorsOf(dict: PyDict | undefined): Map<string, TorchTensor> {
  const state = new Map<string, TorchTensor>();
  for (const [name, value] of dict ?? [])
    if (typeof name === 'string' && value instanceof TorchTensor) state.set(name, value);
  return state;
}

/** The numbers of a tensor. Throws `UserError` `damaged-torch`. */
export function tensorFloats(tensor: TorchTensor, file: string): Float32Array {
  try {
    return tensor.floats();
  } catch (error) {
    if (error instanceof BadPickle) throw damaged(file, error.message);
    throw error;
  }
}

function readZipped(bytes: Buffer, file: string): PyValue {
  const zip = new Zip(bytes, file);
  const pickle = zip.names.find((name) => /(^|\/)data\.pkl$/.test(name));
  const program = pickle === undefined ? undefined : zip.read(pickle);
  if (pickle === undefined || !program) throw notTorch(file, 'the zip holds no data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (zip.read(`${folder}byteorder`)?.toString('latin1').trim() === 'big')
    throw notTorch(file, 'its numbers are big-endian');
  const storages = new Map<string, TorchStorage>();
  const { value } = readPickle(program, {
    file,
    constructors: torchConstructors,
    persistent: (id) => storageOf(id, storages),
  });
  for (const storage of storages.values()) {
    const data = zip.read(`${folder}data/${storage.key}`);
    if (!data || data.length < storage.length * storage.dtype.size)
      throw damaged(file, `storage ${storage.key} is not whole`);
    storage.data = data;
  }
  return value;
}

function readLegacy(bytes: Buffer, file: string): PyValue {
  const storages = new Map<string, TorchStorage>();
  let start = 0;
  const next = (): PyValue => {
    const read = readPickle(bytes, {
      file,
      start,
      constructors: torchConstructors,
      persistent: (id) => storageOf(id, storages),
    });
    start = read.end;
    return read.value;
  };
  if (next() !== legacyMagic) throw notTorch(file, 'it does not begin as torch.save begins');
  next(); // version of the form
  const system = next();
  if (system instanceof PyDict && system.get('little_endian') === false)
    throw notTorch(file, 'its numbers are big-endian');
  const value = next();
  for (const name of listOf(next()) ?? []) {
    const storage = storages.get(textOf(name) ?? '');
    if (!storage || start + 8 > bytes.length) throw damaged(file, 'its storages are not whole');
    const length = Number(bytes.readBigInt64LE(start)) * storage.dtype.size;
    start += 8;
    if (length !== storage.length * storage.dtype.size || start + length > bytes.length)
      throw damaged(file, `storage ${storage.key} is not whole`);
    storage.data = bytes.subarray(start, start + length);
    start += length;
  }
  return value;
}

const notTorch = (file: string, why: string): UserError =>
  new UserError('not-torch', `This is no checkpoint of PyTorch: ${why}`, 'Name a file that torch.save wrote.', {
    file,
  });

const damaged = (file: string, why: string): UserError =>
  new UserError('damaged-torch', `The checkpoint is damaged: ${why}`, 'Fetch or write the file again.', { file });
