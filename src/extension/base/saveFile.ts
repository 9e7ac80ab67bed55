import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { writeFileAtomic } from '../../core/base/files.ts';
import type { SavedImage } from '../../webview/protocol.ts';

const filters: Record<string, Record<string, string[]>> = {
  csv: { CSV: ['csv'] },
  tsv: { TSV: ['tsv'] },
  txt: { Text: ['txt'] },
  png: { PNG: ['png'] },
  svg: { SVG: ['svg'] },
  json: { JSON: ['json'] },
  jsonl: { 'JSON Lines': ['jsonl'] },
  npz: { 'SciPy, NumPy': ['npz'] },
  mat: { 'MATLAB, Octave': ['mat'] },
};

type Kind = keyof typeof filters;

/**
 * Asks where to write, beside the workspace's first folder at first; undefined where the user left it.
 * @param others kinds that may be chosen instead, by the ending
 */
export async function askWhere(name: string, kind: Kind, ...others: Kind[]): Promise<string | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const base = folder?.uri ?? vscode.Uri.file(homedir());
  const defaultUri = vscode.Uri.joinPath(base, `${fileName(name)}.${kind}`);
  const kinds = Object.assign({}, ...[kind, ...others].map((one) => filters[one])) as Record<string, string[]>;
  return (await vscode.window.showSaveDialog({ defaultUri, filters: kinds }))?.fsPath;
}

/** Asks where to write, and writes. Throws `UserError`. */
export async function saveFile(name: string, kind: Kind, data: string | Uint8Array): Promise<void> {
  const file = await askWhere(name, kind);
  if (file !== undefined) await writeFileAtomic(file, data);
}

export function saveImage(name: string, image: SavedImage): Promise<void> {
  const data = image.kind === 'png' ? Buffer.from(image.base64, 'base64') : image.source;
  return saveFile(name, image.kind, data);
}

/** A run may be called anything. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._@ -]+/gu, '-').slice(0, 80);
