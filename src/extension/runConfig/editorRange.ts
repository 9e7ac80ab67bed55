import * as vscode from 'vscode';
import type { Edit, Range } from '../../core/config/diagnostics.ts';

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
