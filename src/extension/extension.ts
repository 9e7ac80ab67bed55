import type * as vscode from 'vscode';
import { createServices } from './base/services.ts';
import { RunConfigDiagnostics } from './runConfig/diagnostics.ts';

/** Wires the features to the editor; each lives in a folder of its own. */
export function activate(context: vscode.ExtensionContext): void {
  createServices(context);
  context.subscriptions.push(new RunConfigDiagnostics());
}
