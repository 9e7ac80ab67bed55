import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/config/diagnostics.ts';
import { validateText } from '../../core/config/validate.ts';

const languageId = 'xmlcnn';
/** Typing pauses this long, in milliseconds, before a config is checked again. */
const pause = 200;

const severities: Record<Diagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Shows what the core validator finds in open run configs, as they are typed. */
export class RunConfigDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection(languageId);
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.check(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.schedule(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
    ];
    vscode.workspace.textDocuments.forEach((document) => this.check(document));
  }

  private schedule(document: vscode.TextDocument): void {
    if (document.languageId !== languageId) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.check(document), pause),
    );
  }

  private check(document: vscode.TextDocument): void {
    if (document.languageId !== languageId || document.isClosed) return;
    const file = document.uri.scheme === 'file' ? document.uri.fsPath : undefined;
    const found = validateText(document.getText(), { file, checkFiles: file !== undefined });
    this.collection.set(document.uri, found.map(toEditor));
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.collection.delete(document.uri);
  }

  dispose(): void {
    this.timers.forEach((timer) => clearTimeout(timer));
    this.subscriptions.forEach((subscription) => subscription.dispose());
    this.collection.dispose();
  }
}

function toEditor({ range: { start, end }, message, severity, code }: Diagnostic): vscode.Diagnostic {
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  const diagnostic = new vscode.Diagnostic(range, message, severities[severity]);
  diagnostic.code = code;
  diagnostic.source = 'XML-CNN';
  return diagnostic;
}
