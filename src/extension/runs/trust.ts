import * as vscode from 'vscode';
import { showWarning } from '../base/notices.ts';

/** Whether jobs may be started; where not, says why and how that is changed. */
export async function mayStartJobs(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const text = vscode.l10n.t(
    'This workspace is not trusted: its datasets can be inspected, but nothing is trained, evaluated or predicted.',
  );
  if ((await showWarning(text, manage)) === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
