import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { binaryKind } from '../../core/formats/binaryFiles.ts';
import type { DocumentPlace, SourceOptions } from '../../core/data/document.ts';
import type { RecordTarget } from '../../core/explore/recordText.ts';
import { withFileErrors } from '../../core/base/files.ts';
import type { RecordDocuments } from './recordDocuments.ts';

/** VS Code gives files beyond this to no extension: none of ours could hover over them. */
const largestSynchronised = 50 * 1024 * 1024;
/** From this many characters on VS Code does not render a line whole. */
const longestRendered = 10_000;

/** Beyond this hovers do not read a JSON document whole. */
const largestJson = 1 << 22;

/**
 * Opens a file at the record's line; where the editor cannot serve that, or would show other records there or in other
 * characters, the record as a document of its own.
 */
export async function openRecord(record: RecordTarget, records: RecordDocuments): Promise<void> {
  const { id, place } = record;
  const file = place?.file ?? record.file;
  const line = place?.line || record.line;
  const found = await withFileErrors(file, () => stat(file));
  if (found.isDirectory()) {
    const own = documentFile(file, id);
    if (own) await showAt(vscode.Uri.file(own), 1);
    else await records.show({ ...record, line: undefined });
    return;
  }
  const isJson = record.options?.format === 'json';
  if (line !== undefined && (await isShown(file)) && (!isJson || found.size <= largestJson)) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    if (isReadSo(document, record.options) && standsThere(document, line, isJson ? place : undefined))
      return showAt(document.uri, line);
  }
  await records.show({ ...record, line });
}

/** Whether a line can be shown, and of a JSON document no more than the record is on it. */
function standsThere(document: vscode.TextDocument, line: number, place: DocumentPlace | undefined): boolean {
  if (line > document.lineCount) return false;
  const { text } = document.lineAt(line - 1);
  const isAlone = !place || Buffer.byteLength(text.trim()) <= place.stop - place.byte + '[,'.length;
  return text.length < longestRendered && isAlone;
}

/** Whether the editor decodes a file as the dataset's reader does. */
function isReadSo({ encoding: shown }: vscode.TextDocument, { encoding }: SourceOptions = {}): boolean {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z\d]|bom$/g, '');
  return encoding === undefined || plain(encoding) === plain(shown);
}

/** The record as it stands in its file: there, or where the editor cannot show that, alone. */
export async function openRaw(uri: vscode.Uri, records: RecordDocuments): Promise<void> {
  const pointer = records.pointerOf(uri);
  if (!pointer) return;
  const { file, place } = await records.load(uri);
  const isJson = pointer.options?.format === 'json'; // of which a line may hold many
  if (!isJson && (await isShown(file))) await showAt(vscode.Uri.file(file), place.line);
  else await records.show({ ...pointer, place, raw: true });
}

/** Opens a file at a line, counted from 1; the line alone where the editor cannot show the file. */
export async function openLine(file: string, line: number, records: RecordDocuments): Promise<void> {
  if (await isShown(file)) await showAt(vscode.Uri.file(file), line);
  else await records.show({ file, line, raw: true });
}

/** Whether an editor shows the file, and reports it to us. */
async function isShown(file: string): Promise<boolean> {
  const { size } = await withFileErrors(file, () => stat(file));
  return size <= largestSynchronised && !(await isGzip(file)) && (await binaryKind(file)) === undefined;
}

/** Opens a text file at a line, counted from 1. */
async function showAt(uri: vscode.Uri, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at), preview: true });
}

function documentFile(folder: string, id: string | undefined): string | undefined {
  const files = id === undefined ? [] : [`${id}.txt`, `${id}.json`].map((name) => join(folder, name));
  return files.find((file) => existsSync(file));
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await withFileErrors(file, () => open(file, 'r'));
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
