import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { statSync } from 'node:fs';
import * as vscode from 'vscode';
import { type FileAccess, nodeFiles } from '../../core/config/fileAccess.ts';
import type { Environment, FolderEntry } from '../../core/config/language/environment.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import { analyse, type Analysis } from '../../core/config/validate.ts';
import { type DatasetField, fieldNames } from '../../core/data/fieldNames.ts';
import type { Edit, Range } from '../../core/config/diagnostics.ts';

/** Answers kept in mind. */
const mostKept = 20;

/** What the language features know of open configs and of the files around them; answers are kept while they hold. */
export class ConfigDocuments {
  private readonly analyses = new WeakMap<vscode.TextDocument, { version: number; analysis: Analysis }>();
  private readonly vectorDims = new Map<string, ReturnType<FileAccess['vectorDim']>>();
  private readonly fields = new Map<string, Promise<DatasetField[]>>();

  /** The config as it is in the editor, checked with its files. */
  analysis(document: vscode.TextDocument): Analysis {
    const kept = this.analyses.get(document);
    if (kept?.version === document.version) return kept.analysis;
    const file = fileOf(document);
    const analysis = analyse(document.getText(), { file, checkFiles: file !== undefined, files: this.files });
    this.analyses.set(document, { version: document.version, analysis });
    return analysis;
  }

  /** Files, or another config, changed: what was found out about this one may no longer hold. */
  forget(document: vscode.TextDocument): void {
    this.analyses.delete(document);
  }

  environment(document: vscode.TextDocument): Environment {
    return {
      file: fileOf(document),
      files: this.files,
      listFolder,
      datasetFields: (dataset) => this.datasetFields(dataset),
    };
  }

  /** Configs that are open in an editor count as they stand there. */
  private readonly files: FileAccess = {
    ...nodeFiles,
    read: (path) =>
      vscode.workspace.textDocuments.find((document) => fileOf(document) === path)?.getText() ?? nodeFiles.read(path),
    vectorDim: (...args) => this.vectorDim(...args),
  };

  /** The head of a file of word vectors is large: it is not read again at every key that is pressed. */
  private vectorDim(...[path, dim, entry]: Parameters<FileAccess['vectorDim']>): ReturnType<FileAccess['vectorDim']> {
    const found = statSync(path, { throwIfNoEntry: false });
    const key = JSON.stringify([path, found?.mtimeMs, found?.size, dim, entry]);
    return kept(this.vectorDims, key, () => nodeFiles.vectorDim(path, dim, entry));
  }

  private async datasetFields(dataset: RunConfig['dataset']): Promise<DatasetField[]> {
    const { train, format, header, quoting, encoding } = dataset;
    const found = await stat(train).catch(() => undefined);
    if (!found) return [];
    const key = JSON.stringify([train, found.mtimeMs, found.size, format, header, quoting, encoding]);
    return kept(this.fields, key, () =>
      fieldNames(resolve(train), { format, header, quoting, encoding }).catch(() => []),
    );
  }
}

function kept<T>(values: Map<string, T>, key: string, make: () => T): T {
  const found = values.get(key);
  if (found !== undefined) return found;
  if (values.size >= mostKept) values.clear();
  const made = make();
  values.set(key, made);
  return made;
}

async function listFolder(folder: string): Promise<FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.map(async (entry) => {
      const isFolder = entry.isSymbolicLink()
        ? await stat(resolve(folder, entry.name)).then(
            (target) => target.isDirectory(),
            () => false,
          )
        : entry.isDirectory();
      return { name: entry.name, isFolder };
    }),
  );
}

/** The core counts lines and characters as the editor does. */
export const toRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

export const toTextEdit = ({ range, newText }: Edit): vscode.TextEdit =>
  vscode.TextEdit.replace(toRange(range), newText);

/** What the language's providers are registered for. */
export const selector: vscode.DocumentSelector = { language: 'xmlcnn' };

/** Where a document is on disk; undefined where it is not (yet). */
export const fileOf = ({ uri }: vscode.TextDocument): string | undefined =>
  uri.scheme === 'file' ? uri.fsPath : undefined;
