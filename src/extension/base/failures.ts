import * as vscode from 'vscode';
import { showError } from './notices.ts';
import { Cancelled, toFailure, UserError, type Failure } from '../../core/base/errors.ts';

/** An error as the user is to see it: what happened, and what can be done about it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UserError) return toFailure(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message,
    remedy: vscode.l10n.t('This is a fault of XML-CNN itself: please report it with the XML-CNN output log.'),
    place: {},
  };
}

/** An error as the log is to have it. */
export const logText = (error: unknown): string =>
  error instanceof UserError
    ? error.describe()
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

/** Shows an error where nothing else on the screen can; a cancelled job needs no word. */
export async function showFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof Cancelled) return;
  log.error(logText(error));
  const {
    message,
    remedy,
    place: { file, line },
  } = failureOf(error);
  const openFile = vscode.l10n.t('Open File');
  const showLog = vscode.l10n.t('Show Log');
  const text = `${message}${/[.!?]$/.test(message) ? '' : '.'} ${remedy}`;
  const chosen = await showError(text, ...(file && line ? [openFile] : []), showLog);
  if (chosen === showLog) log.show();
  if (chosen === openFile && file && line) {
    const at = new vscode.Position(line - 1, 0);
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
  }
}

/** Runs a command's work; whatever it throws is shown and logged. */
export function reporting<A extends unknown[]>(
  log: vscode.LogOutputChannel,
  work: (...args: A) => Promise<unknown>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args);
    } catch (error) {
      await showFailure(error, log);
    }
  };
}
