import * as vscode from 'vscode';
import { showInformation } from '../base/notices.ts';
import type { Evidence } from './evidence.ts';
import { escapeIcons } from './escape.ts';
import { barText, countsText, ngramTexts, probabilityText, verdictText } from './labelText.ts';
import type { Prediction } from './predictions.ts';
import type { LabelRow } from './verdicts.ts';

interface LabelItem extends vscode.QuickPickItem {
  row?: LabelRow;
}

const ngramsPerLabel = 5;

/**
 * Lists a text's labels, marking the evidence of the one that is pointed at with the arrow keys; picking one keeps it.
 * `load` runs while the list is already there; undefined where there is nothing to list.
 */
export async function pickLabel(
  title: string,
  document: vscode.TextDocument,
  evidence: Evidence,
  load: (signal: AbortSignal) => Promise<Prediction | undefined>,
  openPanel: () => void,
): Promise<void> {
  const { t } = vscode.l10n;
  const pick = vscode.window.createQuickPick<LabelItem>();
  const loading = new AbortController();
  const open = { iconPath: new vscode.ThemeIcon('open-preview'), tooltip: t('Open in Predictions') };
  pick.title = title;
  pick.placeholder = t('Predicting …');
  pick.matchOnDescription = true;
  pick.busy = true;
  pick.buttons = [open];
  const ended = new Promise<boolean>((resolve) => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]?.row !== undefined));
    pick.onDidHide(() => resolve(false));
    pick.onDidTriggerButton(() => {
      openPanel();
      resolve(false);
    });
  });
  pick.show();
  try {
    const loaded = load(loading.signal);
    const prediction = await Promise.race([loaded, ended.then(() => undefined)]);
    if (prediction) {
      pick.onDidChangeActive(([item]) => item?.row && evidence.show(document, prediction.found, item.row));
      pick.items = prediction.rows.map((row) => itemOf(row, t));
      pick.placeholder = `${countsText(prediction.text, t)}. ${t('Pick a label to mark the words that speak for it.')}`;
      pick.busy = false;
      if (!(await ended)) evidence.clear();
    } else if (await Promise.race([ended.then(() => false), loaded.then(() => true)])) {
      pick.hide();
      void showInformation(t('There is no text here to predict labels for.'));
    }
  } finally {
    loading.abort();
    pick.dispose();
  }
}

function itemOf(row: LabelRow, t: typeof vscode.l10n.t): LabelItem {
  const { known, title, verdict } = row;
  const probability = known
    ? `${probabilityText(known.probability)} ${barText(known.probability)}`
    : t('not known to the model');
  const evidence = ngramTexts(row, ngramsPerLabel).join(' ');
  return {
    row,
    label: escapeIcons(title),
    description: [probability, verdict && verdictText(verdict, t)].filter(Boolean).join('  '),
    detail: evidence ? escapeIcons(t('because of {0}', evidence)) : undefined,
    alwaysShow: false,
  };
}
