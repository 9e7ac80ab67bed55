/** Which word vectors a file holds, and where in it: looked at once, by the validator and by those who read them. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { fileError } from '../../base/files.ts';
import { refuseUnreadable } from '../../formats/bytes.ts';
import { vectorHead, type VectorHead } from './vectorHead.ts';
import { zipEntries, type ReadBytes, type ZipEntry } from '../../formats/zip.ts';

export interface VectorChoice {
  /** Length that the vectors should have: chooses among the files of a zip. */
  dim?: number;
  /** The file of a zip, by its path or name in it. */
  entry?: string;
}

export interface ProbedVectors extends VectorHead {
  file: string;
  /** Bytes to be read, as stored. */
  bytes: number;
  /** Where a zip holds them. */
  entry?: ZipEntry;
}

const headBytes = 256 * 1024;
/** Deflate packs at most about 1,000 to 1, so this much unpacks to 64 MB at the very worst. */
const packedHeadBytes = 64 * 1024;
/** Files of a zip that are looked into. */
const mostEntries = 64;

/**
 * Looks at the beginning of a file of word vectors: text or word2vec binary, plain, .gz, or one file of a .zip (the one that
 * is named; the only one; the only one whose vectors have `dim` numbers). The content decides, not the name. Reads little.
 * Throws `UserError` `embedding-empty`, `embedding-unreadable`, `embedding-entry`, `zip-…`, and those of files.
 */
export function probeVectors(file: string, choice: VectorChoice = {}): ProbedVectors {
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      return probe(file, size, (from, length) => readPart(handle, from, Math.min(length, size - from)), choice);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw fileError(error, file);
  }
}

function readPart(handle: number, from: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(handle, buffer, filled, buffer.length - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

function probe(file: string, size: number, read: ReadBytes, choice: VectorChoice): ProbedVectors {
  const start = read(0, headBytes);
  if (startsWith(start, 0x50, 0x4b, 0x03, 0x04)) return probeZip(file, size, read, choice);
  if (choice.entry !== undefined)
    throw new UserError(
      'embedding-entry',
      'The file is no zip, so that no file inside it can be chosen',
      'Leave out "embedding.entry".',
      { file },
    );
  refuseUnreadable(file, start);
  const isPacked = startsWith(start, 0x1f, 0x8b);
  const packed = start.subarray(0, packedHeadBytes);
  const unpacked = isPacked ? unpack(file, () => gunzipSync(packed, partly)) : start;
  const head = headOf(file, unpacked, size === (isPacked ? packed : start).length);
  return { file, bytes: size, ...head };
}

const partly = { finishFlush: constants.Z_SYNC_FLUSH };

function unpack(file: string, work: () => Buffer): Buffer {
  try {
    return work();
  } catch (cause) {
    if (!((cause as NodeJS.ErrnoException).code ?? '').startsWith('Z_')) throw cause;
    throw unreadable(file, `The packed data is damaged (${(cause as Error).message})`, 'Fetch it again.');
  }
}

function headOf(file: string, bytes: Uint8Array, whole: boolean): VectorHead {
  const foreign = foreignForms.find(([, , ...magic]) => startsWith(bytes, ...magic));
  if (foreign) throw unreadable(file, foreign[0], foreign[1]);
  const head = vectorHead(bytes, whole);
  if (head) return head;
  if (whole && Buffer.from(bytes).toString('latin1').trim() === '')
    throw new UserError('embedding-empty', 'The file holds no word vectors', remedy, { file });
  throw unreadable(file, 'The file does not hold word vectors', remedy);
}

const remedy =
  'Name a file of `word v1 v2 …` lines (GloVe, fastText .vec) or a word2vec .bin, plain, .gz or in a .zip.';

const foreignForms: [message: string, remedy: string, ...magic: number[]][] = [
  ['The file is a model of fastText, not a list of vectors', 'Name its .vec file.', 0xba, 0x16, 0x4f, 0x2f],
  ...[2, 3, 4, 5].map((version): (typeof foreignForms)[number] => [
    'The file is a Python pickle',
    'Write it again with gensim: `model.wv.save_word2vec_format("vectors.bin", binary=True)`.',
    0x80,
    version,
  ]),
];

function probeZip(file: string, size: number, read: ReadBytes, { dim, entry }: VectorChoice): ProbedVectors {
  const entries = zipEntries(file, size, read).filter(({ name }) => !/(^|\/)(\.|__MACOSX\/)/.test(name));
  if (entry !== undefined) {
    const named = entries.find(({ name }) => name === entry) ?? entries.find(({ name }) => basename(name) === entry);
    if (named) return probeEntry(file, named, read);
    throw entryError(file, `The zip holds no file "${entry}"`, entries.slice(0, mostEntries).map(nameOf));
  }
  if (entries.length === 1) return probeEntry(file, entries[0], read);
  const probed = entries.slice(0, mostEntries).flatMap((one) => probeIfVectors(file, one, read));
  const fitting = probed.filter((one) => one.dim === dim);
  const chosen = fitting.length === 1 ? fitting[0] : probed.length === 1 ? probed[0] : undefined;
  if (chosen) return chosen;
  if (probed.length === 0) throw unreadable(file, 'No file in the zip holds word vectors', remedy);
  const which = fitting.length ? `${fitting.length} with vectors of ${dim} numbers` : 'files of word vectors';
  const list = probed.map((one) => `${nameOf(one.entry!)} (${one.dim})`);
  throw entryError(file, `The zip holds several ${which}`, list);
}

const nameOf = ({ name }: ZipEntry): string => name;

function probeEntry(file: string, entry: ZipEntry, read: ReadBytes): ProbedVectors {
  const { from, to, method } = entry;
  const stored = read(from, Math.min(to - from, method === 'deflated' ? packedHeadBytes : headBytes));
  const head = method === 'deflated' ? unpack(file, () => inflateRawSync(stored, partly)) : stored;
  return { file, bytes: to - from, entry, ...headOf(file, head, stored.length === to - from) };
}

/** None where the file in the zip is something else, such as a README. */
function probeIfVectors(file: string, entry: ZipEntry, read: ReadBytes): ProbedVectors[] {
  try {
    return [probeEntry(file, entry, read)];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

const entryError = (file: string, message: string, names: string[]): UserError =>
  new UserError(
    'embedding-entry',
    `${message}: ${names.join(', ')}`,
    'Set "embedding.entry" to one of them, or "embedding.dim" to the length of its vectors.',
    { file },
  );

const unreadable = (file: string, message: string, remedy: string): UserError =>
  new UserError('embedding-unreadable', message, remedy, { file });

const startsWith = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((value, i) => bytes[i] === value);
