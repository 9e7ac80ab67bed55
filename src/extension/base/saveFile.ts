import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { writeFileAtomic } from '../../core/base/files.ts';
import type { SavedImage } from '../../webview/protocol.ts';

const filters: Record<string, Record<string, string[]>> = {
  csv: { CSV: ['csv'] },
  png: { PNG: ['png'] },
  svg: { SVG: ['svg'] },
  json: { JSON: ['json'] },
  jsonl: { 'JSON Lines': ['jsonl'] },
  npz: { 'SciPy, NumPy': ['npz'] },
  mat: { 'MATLAB, Octave': ['mat'] },
};

/** Asks where to write, beside the workspace's first folder at first; undefined where the user left it. */
export async function askWhere(name: string, kind: keyof typeof filters): Promise<string | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const base = folder?.uri ?? vscode.Uri.file(homedir());
  const defaultUri = vscode.Uri.joinPath(base, `${fileName(name)}.${kind}`);
  return (await vscode.window.showSaveDialog({ defaultUri, filters: filters[kind] }))?.fsPath;
}

/** Asks where to write, and writes. Throws `UserError`. */
export async function saveFile(name: string, kind: keyof typeof filters, data: string | Uint8Array): Promise<void> {
  const file = await askWhere(name, kind);
  if (file !== undefined) await writeFileAtomic(file, data);
}

export function saveImage(name: string, image: SavedImage): Promise<void> {
  const data = image.kind === 'png' ? Buffer.from(image.base64, 'base64') : image.source;
  return saveFile(name, image.kind, data);
}

/** A run may be called anything. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._@ -]+/gu, '-').slice(0, 80);
