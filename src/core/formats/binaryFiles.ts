/** Files that are no text: recognised by their first bytes, and read whole. */
import { open, readFile, stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { TornPacked, readBytes } from './bytes.ts';

export type BinaryKind = 'pickle' | 'npy' | 'zip' | 'xlsx' | 'parquet' | 'arrow';

/** What a file is by its first bytes, those of a .gz unpacked; undefined for text and all else. */
export async function binaryKind(path: string): Promise<BinaryKind | undefined> {
  const head = await firstBytes(path);
  if (head[0] === 0x1f && head[1] === 0x8b) return (await isPackedPickle(path)) ? 'pickle' : undefined;
  const kind = kindOf(head);
  return kind === 'zip' && isWorkbook(path, head) ? 'xlsx' : kind;
}

/** By its name, or by the list of contents that Office files begin with. */
const isWorkbook = (path: string, head: Buffer): boolean =>
  /\.xls[xm]$/i.test(path) || head.toString('latin1').includes('[Content_Types].xml');

async function isPackedPickle(path: string): Promise<boolean> {
  try {
    for await (const chunk of readBytes(path)) return kindOf(chunk.subarray(0, 16)) === 'pickle';
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error; // reported when the file is read
  }
  return false;
}

function kindOf(head: Buffer): BinaryKind | undefined {
  const text = head.toString('latin1');
  if (text.startsWith('\x93NUMPY')) return 'npy';
  if (text.startsWith('PK\x03\x04')) return 'zip';
  if (text.startsWith('PAR1')) return 'parquet';
  if (text.startsWith('ARROW1') || /^\xff{4}[^]{2}[\0-\x02]\0/.test(text)) return 'arrow';
  // protocols 2 to 5, then lists as protocols 0 and 1 begin them
  return /^(\x80[\x02-\x05]|\(lp\d+\r?\n|\]q[^\n]\()/s.test(text) ? 'pickle' : undefined;
}

async function firstBytes(path: string): Promise<Buffer> {
  return withFileErrors(path, async () => {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

/** Node reads no more at once. */
const largest = 2 ** 31 - 1;

/** The whole file, unpacked where it is a .gz. Throws `UserError` `file-too-large`. */
export async function readWhole(path: string): Promise<Buffer> {
  const { size } = await withFileErrors(path, () => stat(path));
  if (size > largest) throw tooLarge(path);
  const head = await firstBytes(path);
  if (head[0] === 0x1f && head[1] === 0x8b) return unpackWhole(path);
  return withFileErrors(path, () => readFile(path));
}

async function unpackWhole(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of readBytes(path)) {
      length += chunk.length;
      if (length > largest) throw tooLarge(path);
      chunks.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error;
    throw new UserError('torn-line', error.message, 'Fetch or write the file again.', { file: path });
  }
  return Buffer.concat(chunks, length);
}

const tooLarge = (file: string): UserError =>
  new UserError(
    'file-too-large',
    'Files of this kind are read whole, up to 2 GiB',
    'Split it, or write it as JSON lines.',
    {
      file,
    },
  );
