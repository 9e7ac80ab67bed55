import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/config/diagnostics.ts';
import { nameFile, remediesOf, type Remedy } from '../../core/config/language/remedies.ts';
import { type ConfigDocuments, fileOf, selector, toRange, toTextEdit } from './configDocuments.ts';

const pickFile = 'xmlcnn.pickConfigFile';

/** Quick fixes for what the core validator finds, and the file dialog that some of them open. */
export function registerQuickFixes(configs: ConfigDocuments): vscode.Disposable {
  const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return vscode.Disposable.from(
    vscode.commands.registerCommand(pickFile, pickConfigFile),
    vscode.languages.registerCodeActionsProvider(selector, { provideCodeActions }, metadata),
  );

  function provideCodeActions(
    document: vscode.TextDocument,
    _: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const shown = diagnostics.filter(({ source }) => source === 'XML-CNN');
    if (shown.length === 0) return [];
    const known = configs.analysis(document).diagnostics;
    return shown.flatMap((diagnostic) => {
      const found = known.find((candidate) => isSame(candidate, diagnostic));
      if (!found) return [];
      const remedies = remediesOf(found, document.getText(), fileOf(document));
      return remedies.map((remedy, i) => toAction(document, diagnostic, remedy, i === 0));
    });
  }
}

const isSame = ({ code, message, range }: Diagnostic, shown: vscode.Diagnostic): boolean =>
  code === shown.code && message === shown.message && toRange(range).isEqual(shown.range);

function toAction(
  { uri }: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
  remedy: Remedy,
  isPreferred: boolean,
): vscode.CodeAction {
  const action = new vscode.CodeAction('', vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  switch (remedy.kind) {
    case 'edit':
      action.title = remedy.title;
      action.isPreferred = isPreferred;
      action.edit = new vscode.WorkspaceEdit();
      action.edit.set(uri, remedy.edits.map(toTextEdit));
      break;
    case 'pick':
      action.title = vscode.l10n.t('Pick a file…');
      action.command = { title: action.title, command: pickFile, arguments: [uri, remedy.key] };
      break;
    case 'create': {
      action.title = vscode.l10n.t('Create {0}', remedy.name);
      const file = vscode.Uri.file(remedy.path);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.createFile(file, { ignoreIfExists: true, contents: Buffer.from(remedy.content) });
      action.command = { title: action.title, command: 'vscode.open', arguments: [file] };
    }
  }
  return action;
}

/** Lets a key of an open config name a file that the user picks. */
async function pickConfigFile(uri: vscode.Uri, key: string): Promise<void> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('File for {0}', key),
      openLabel: vscode.l10n.t('Choose'),
      defaultUri: vscode.Uri.file(dirname(uri.fsPath)),
    })) ?? [];
  if (!picked) return;
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = nameFile(document.getText(), uri.fsPath, key, picked.fsPath);
  if (!edit) return;
  const changes = new vscode.WorkspaceEdit();
  changes.set(uri, [toTextEdit(edit)]);
  await vscode.workspace.applyEdit(changes);
}
