/** The first sheet of an Excel workbook (.xlsx), which is read whole. Reading rests on `read-excel-file`, loaded here alone. */
import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { zipEntries } from './zip.ts';

/** Excel's own files of a million rows are smaller. */
const largestFile = 128 * 1024 * 1024;
const largestUnpacked = 400 * 1024 * 1024;

/** The rows of the first sheet as strings, whole numbers without a decimal point. Throws `UserError` `xlsx-damaged`, `piece-too-large`. */
export async function readSheetRows(file: string): Promise<string[][]> {
  const { size } = await withFileErrors(file, () => stat(file));
  if (size > largestFile) throw tooLarge(file, size);
  const bytes = await withFileErrors(file, () => readFile(file));
  requireFit(file, bytes);
  const { readSheet } = await import('read-excel-file/universal');
  try {
    const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const rows = await readSheet(data, { parseNumber: (text: string) => text, trim: false });
    return rows.map((row) => row.map(textOf));
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
}

function requireFit(file: string, bytes: Buffer): void {
  let entries;
  try {
    entries = zipEntries(file, bytes.length, (from, length) => bytes.subarray(from, from + length));
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
  if (!entries.some(({ name }) => name === 'xl/workbook.xml')) throw damaged(file, 'it holds no workbook');
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > largestUnpacked) throw tooLarge(file, total);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return String(value);
}

const tooLarge = (file: string, bytes: number): UserError =>
  new UserError(
    'piece-too-large',
    `Excel workbooks are read whole, and this one takes ${Math.round(bytes / 1048576)} MB`,
    'Save the sheet as CSV (UTF-8).',
    { file },
  );

const damaged = (file: string, why: string): UserError =>
  new UserError(
    'xlsx-damaged',
    `This is an Excel workbook (.xlsx), and it is damaged (${why.replace(/\s+/g, ' ').slice(0, 120)})`,
    'Open it in a spreadsheet program and save the sheet as CSV (UTF-8).',
    { file },
  );
