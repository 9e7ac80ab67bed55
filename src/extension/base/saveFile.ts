import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { writeFileAtomic } from '../../core/files.ts';
import type { SavedImage } from '../../webview/protocol.ts';

const filters: Record<string, Record<string, string[]>> = {
  csv: { CSV: ['csv'] },
  png: { PNG: ['png'] },
  svg: { SVG: ['svg'] },
};

/** Asks where to write, beside the workspace's first folder at first. Throws `UserError`. */
export async function saveFile(name: string, kind: keyof typeof filters, data: string | Uint8Array): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const base = folder?.uri ?? vscode.Uri.file(homedir());
  const defaultUri = vscode.Uri.joinPath(base, `${fileName(name)}.${kind}`);
  const uri = await vscode.window.showSaveDialog({ defaultUri, filters: filters[kind] });
  if (uri) await writeFileAtomic(uri.fsPath, data);
}

export function saveImage(name: string, image: SavedImage): Promise<void> {
  const data = image.kind === 'png' ? Buffer.from(image.base64, 'base64') : image.source;
  return saveFile(name, image.kind, data);
}

/** A run may be called anything. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._@ -]+/gu, '-').slice(0, 80);
