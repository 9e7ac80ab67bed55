import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/config/diagnostics.ts';
import { Disposable } from '../base/disposable.ts';
import { type ConfigDocuments, toRange } from './configDocuments.ts';

const languageId = 'xmlcnn';
/** Typing pauses this long, in milliseconds, before a config is checked again. */
const pause = 200;

const severities: Record<Diagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Shows what the core validator finds in open run configs, as they are typed. */
export class RunConfigDiagnostics extends Disposable {
  private readonly collection = this.own(vscode.languages.createDiagnosticCollection(languageId));
  private readonly shown = new Map<vscode.TextDocument, string>();
  private readonly timers = new Map<vscode.TextDocument, NodeJS.Timeout>();

  constructor(private readonly configs: ConfigDocuments) {
    super();
    const { workspace, window } = vscode;
    this.own(workspace.onDidOpenTextDocument((document) => this.check(document)));
    this.own(workspace.onDidCloseTextDocument((document) => this.close(document)));
    this.own(workspace.onDidChangeTextDocument(({ document }) => this.schedule(document)));
    this.own(workspace.onDidSaveTextDocument(() => this.checkAll()));
    this.own(workspace.onDidCreateFiles(() => this.checkAll()));
    this.own(workspace.onDidDeleteFiles(() => this.checkAll()));
    this.own(workspace.onDidRenameFiles(() => this.checkAll()));
    this.own(window.onDidChangeActiveTextEditor((editor) => editor && this.checkAgain(editor.document)));
    this.own(window.onDidChangeWindowState(({ focused }) => focused && this.checkAll()));
    workspace.textDocuments.forEach((document) => this.check(document));
  }

  /** Files may have come or gone, and configs may build on each other. */
  checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.checkAgain(document);
  }

  private checkAgain(document: vscode.TextDocument): void {
    this.configs.forget(document);
    this.check(document);
  }

  private schedule(document: vscode.TextDocument): void {
    if (document.languageId !== languageId) return;
    clearTimeout(this.timers.get(document));
    this.timers.set(
      document,
      setTimeout(() => this.check(document), pause),
    );
  }

  private check(document: vscode.TextDocument): void {
    if (document.languageId !== languageId || document.isClosed) return;
    const { diagnostics } = this.configs.analysis(document);
    const found = JSON.stringify(diagnostics);
    if (this.shown.get(document) === found) return; // setting the same again would close a menu of quick fixes
    this.shown.set(document, found);
    this.collection.set(document.uri, diagnostics.map(toEditor));
  }

  private close(document: vscode.TextDocument): void {
    clearTimeout(this.timers.get(document));
    this.timers.delete(document);
    this.shown.delete(document);
    this.collection.delete(document.uri);
  }

  override dispose(): void {
    this.timers.forEach((timer) => clearTimeout(timer));
    super.dispose();
  }
}

function toEditor({ range, message, severity, code }: Diagnostic): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(range), message, severities[severity]);
  diagnostic.code = code;
  diagnostic.source = 'XML-CNN';
  return diagnostic;
}
