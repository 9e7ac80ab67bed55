import * as vscode from 'vscode';

/**
 * Text of unknown origin for a notification. The editor makes links of `[text](command:…)` in those, and a click on one runs
 * the command with its arguments: names, labels and messages about files must not become one.
 */
export const withoutLinks = (text: string): string => text.replaceAll('](', '] (');

type Show = (text: string, ...buttons: string[]) => Thenable<string | undefined>;

/** Notifications; they resolve to the button that was pressed. */
export const showInformation: Show = (text, ...buttons) =>
  vscode.window.showInformationMessage(withoutLinks(text), ...buttons);
export const showWarning: Show = (text, ...buttons) => vscode.window.showWarningMessage(withoutLinks(text), ...buttons);
export const showError: Show = (text, ...buttons) => vscode.window.showErrorMessage(withoutLinks(text), ...buttons);
