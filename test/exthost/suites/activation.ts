import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { check, until } from '../check.ts';
import type { Check } from '../check.ts';

interface Manifest {
  contributes: { commands: { command: string }[]; languages: { id: string }[] };
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('xmlcnn.xmlcnn');
  assert.ok(found, 'the extension is not installed');
  return found;
}

export const activation: Check[] = [
  check('is activated by a run config', async () => {
    const [file] = await vscode.workspace.findFiles('valid.xmlcnn.json');
    const document = await vscode.workspace.openTextDocument(file);
    assert.equal(document.languageId, 'xmlcnn');
    await until('activation', () => extension().isActive || undefined);
  }),
  check('registers every command that its manifest names', async () => {
    const manifest = extension().packageJSON as Manifest;
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  }),
];
