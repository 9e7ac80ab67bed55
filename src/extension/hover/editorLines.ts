import * as vscode from 'vscode';
import type { Lines, Range } from '../../core/data/positions/positionMap.ts';

/** A document's lines, for the core. */
export function linesOf(document: vscode.TextDocument): Lines {
  return {
    count: document.lineCount,
    at: (line) => document.lineAt(line).text,
    end: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
  };
}

export const editorRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);
