import * as vscode from 'vscode';
import { RunConfigDiagnostics } from './runConfig/diagnostics.ts';

/** Wires the features to the editor; each lives in a folder of its own. */
export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(new RunConfigDiagnostics());
}
