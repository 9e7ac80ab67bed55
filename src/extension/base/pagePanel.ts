import * as vscode from 'vscode';

/** A panel for a page, in the editor group that is active. Its text can be searched. */
export const openPagePanel = (type: string, title: string): vscode.WebviewPanel =>
  vscode.window.createWebviewPanel(type, title, vscode.ViewColumn.Active, { enableFindWidget: true });
