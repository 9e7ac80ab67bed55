import * as vscode from 'vscode';

/**
 * Settles when the window has taken in what it was sent before. It takes messages in their order: one that has much to do
 * falls behind what it is sent, by minutes where nobody waits for it.
 */
export const windowAnswers = (): Thenable<unknown> =>
  vscode.commands.executeCommand('setContext', 'xmlcnn.progress', true);
