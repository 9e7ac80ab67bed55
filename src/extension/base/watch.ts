import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';

type FileEvent = 'create' | 'change' | 'delete';

/** Calls `changed` with the path of what is created, changed or deleted. */
export function watch(
  pattern: vscode.GlobPattern,
  changed: (path: string) => void,
  events: readonly FileEvent[] = ['create', 'change', 'delete'],
): vscode.Disposable {
  const ignores = (event: FileEvent): boolean => !events.includes(event);
  const watcher = vscode.workspace.createFileSystemWatcher(
    pattern,
    ignores('create'),
    ignores('change'),
    ignores('delete'),
  );
  const all = [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete];
  return vscode.Disposable.from(watcher, ...all.map((event) => event(({ fsPath }) => changed(fsPath))));
}

/** The same for files of any folder, each with its folder's other files left alone. */
export function watchFiles(files: readonly string[], changed: (file: string) => void): vscode.Disposable {
  const watched = [...new Set(files)].map((file) => {
    const name = basename(file).replace(/[[\]{}*?]/g, '?');
    const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(file)), name);
    return watch(pattern, (path) => path === file && changed(file));
  });
  return vscode.Disposable.from(...watched);
}
