import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { check, until } from '../check.ts';
import type { Check } from '../check.ts';

async function open(name: string): Promise<vscode.TextDocument> {
  const [file] = await vscode.workspace.findFiles(name);
  return vscode.workspace.openTextDocument(file);
}

export const runConfig: Check[] = [
  check('one problem gives one diagnostic, at its key', async () => {
    const { uri } = await open('wrong.xmlcnn.json');
    const [diagnostic, ...others] = await until('a diagnostic', () => {
      const found = vscode.languages.getDiagnostics(uri).filter(({ code }) => code === 'unknown-key');
      return found.length ? found : undefined;
    });
    assert.equal(others.length, 0);
    assert.match(diagnostic.message, /Did you mean "train"/);
    assert.equal(diagnostic.range.start.line, 2);
  }),
  check('a valid config with comments and trailing commas gives none', async () => {
    const { uri } = await open('valid.xmlcnn.json');
    // The wrong config was judged after this one was opened, so this one has been judged too.
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  }),
  check('a diagnostic comes and goes with the text', async () => {
    const document = await open('valid.xmlcnn.json');
    const at = document.positionAt(document.getText().indexOf('"train"'));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, at, '"nonsense": 1, ');
    await vscode.workspace.applyEdit(edit);
    await until('the diagnostic', () => vscode.languages.getDiagnostics(document.uri).length || undefined);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    await until('no diagnostic', () => vscode.languages.getDiagnostics(document.uri).length === 0 || undefined);
  }),
];
