import type { Translate } from '../../../src/extension/runs/jobText.ts';

/** What `vscode.l10n.t` does where there is no translation. */
export const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)]));
