import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import { editorRange, type FoundText } from './foundText.ts';
import { type LabelRow, marksOf } from './verdicts.ts';
import { showInformation } from '../base/notices.ts';
import { escapeIcons } from './escape.ts';
import { barText, countsText, ngramTexts, probabilityText, verdictText } from './labelText.ts';
import type { Prediction } from './textPredictions.ts';

/** What is marked in the editor. */
interface Shown {
  document: vscode.TextDocument;
  ranges: vscode.Range[][];
  /** Identifies a text and label. */
  key: string;
}

const names = ['weak', 'medium', 'strong'] as const;
/** Distinguished without colour, too: high contrast shows the borders. */
const borders = ['1px dotted', '1px solid', '2px solid'];

/** The words that spoke for a label, marked in the text; until Escape, an edit, or something else is marked. */
export class Evidence extends Disposable {
  private readonly types = names.map((name, level) =>
    this.own(
      vscode.window.createTextEditorDecorationType({
        backgroundColor: new vscode.ThemeColor(`xmlcnn.evidence.${name}Background`),
        border: borders[level],
        borderColor: new vscode.ThemeColor('xmlcnn.evidence.border'),
        overviewRulerColor: new vscode.ThemeColor('xmlcnn.evidence.overviewRulerForeground'),
        overviewRulerLane: vscode.OverviewRulerLane.Center,
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      }),
    ),
  );
  private shown: Shown | undefined;
  private message: vscode.Disposable | undefined;

  constructor() {
    super();
    this.own(vscode.window.onDidChangeVisibleTextEditors(() => this.paint()));
    this.own(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document === this.shown?.document && contentChanges.length > 0) this.clear();
      }),
    );
    this.own(
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.shown?.document) this.clear();
      }),
    );
  }

  /** Whether this text's evidence for a label, or for any, is shown. */
  isShown(document: vscode.TextDocument, { map }: FoundText, label?: string): boolean {
    if (this.shown?.document !== document) return false;
    return label === undefined ? this.shown.key.startsWith(keyOf(map.text)) : this.shown.key === keyOf(map.text, label);
  }

  show(document: vscode.TextDocument, { map }: FoundText, { name, title, known }: LabelRow): void {
    this.clear();
    const ranges: vscode.Range[][] = names.map(() => []);
    for (const { start, end, level } of marksOf(map.text, known?.highlights ?? []))
      ranges[level].push(...map.toSource(start, end).map(editorRange));
    this.shown = { document, ranges, key: keyOf(map.text, name) };
    this.paint();
    this.reveal();
    void vscode.commands.executeCommand('setContext', 'xmlcnn.hasEvidence', true);
    const isAny = ranges.some((level) => level.length > 0);
    this.message = vscode.window.setStatusBarMessage(
      isAny
        ? vscode.l10n.t('Marked: what speaks for {0}. Escape clears it.', title)
        : vscode.l10n.t('No words speak for {0}.', title),
    );
  }

  clear(): void {
    if (!this.shown) return;
    this.shown = undefined;
    this.message?.dispose();
    this.paint();
    void vscode.commands.executeCommand('setContext', 'xmlcnn.hasEvidence', false);
  }

  override dispose(): void {
    this.message?.dispose();
    super.dispose();
  }

  private paint(): void {
    for (const editor of vscode.window.visibleTextEditors)
      this.types.forEach((type, level) =>
        editor.setDecorations(type, editor.document === this.shown?.document ? this.shown.ranges[level] : []),
      );
  }

  /** Scrolls to the strongest words, if they are out of sight. */
  private reveal(): void {
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document === this.shown?.document);
    const strongest = this.shown?.ranges.findLast((level) => level.length > 0)?.[0];
    if (editor && strongest) editor.revealRange(strongest, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

const keyOf = (text: string, label = ''): string => `${text}\0${label}`;

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
