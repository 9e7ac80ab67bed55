import { statSync } from 'node:fs';
import * as vscode from 'vscode';
import { isConfigFile } from './configFiles.ts';
import type { RunsNode } from './runsTree.ts';

/** What commands about runs and configs may be called with: by a menu, a CodeLens, a panel. */
export type CommandArgument = vscode.Uri | string | RunsNode | undefined;

/** What an argument names. A job that has no folder yet is named by its id. */
export type Named =
  { type: 'config'; file: string } | { type: 'run'; folder: string } | { type: 'job'; id: string } | undefined;

export function named(argument: CommandArgument): Named {
  if (argument === undefined || argument === null) return undefined;
  if (argument instanceof vscode.Uri) return namedPath(argument.fsPath);
  if (typeof argument === 'string') return namedPath(argument);
  if (argument.type === 'file') return { type: 'run', folder: argument.folder };
  if (argument.type === 'run')
    return argument.folder === undefined ? { type: 'job', id: argument.id } : { type: 'run', folder: argument.folder };
  return undefined;
}

function namedPath(path: string): Named {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? !isConfigFile(path);
  return isFolder ? { type: 'run', folder: path } : { type: 'config', file: path };
}

/** The folders of all selected runs; a menu hands over the clicked node and the selection. */
export function foldersOf(node: CommandArgument, selection?: readonly RunsNode[]): string[] {
  const all = selection?.length ? selection : [node];
  const folders = all.map(named).flatMap((name) => (name?.type === 'run' ? [name.folder] : []));
  return [...new Set(folders)];
}
