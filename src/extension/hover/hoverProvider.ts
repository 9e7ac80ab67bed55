import * as vscode from 'vscode';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import { Disposable } from '../base/disposable.ts';
import { failureOf } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { recordScheme } from '../datasets/recordUri.ts';
import { runTitle } from '../runs/shortName.ts';
import { commandLink, escapeMarkdown } from './escape.ts';
import { hoverMarkdown, linkedCommands } from './hoverText.ts';
import type { Prediction, Predictions } from './textPredictions.ts';

/** Labels predicted for a hover. */
const top = 5;

/** Shows the labels of the record, paragraph or selection under the mouse. */
export class LabelHover extends Disposable implements vscode.HoverProvider {
  private current: AbortController | undefined;

  constructor(
    private readonly services: Services,
    private readonly predictions: Predictions,
  ) {
    super();
    const schemes = ['file', 'untitled', recordScheme];
    this.own(
      vscode.languages.registerHoverProvider(
        schemes.map((scheme) => ({ scheme })),
        this,
      ),
    );
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const isOn = vscode.workspace.getConfiguration('xmlcnn', document).get('hover.enabled', true);
    if (!isOn || !vscode.workspace.isTrusted) return undefined;
    this.current?.abort(); // the newest wins
    const current = (this.current = new AbortController());
    token.onCancellationRequested(() => current.abort());
    try {
      const found = await this.predictions.at(document, position, selectionIn(document), {
        top,
        isHover: true,
        signal: current.signal,
      });
      return found && this.worthTelling(found) ? hover(this.content(found, document, position)) : undefined;
    } catch (error) {
      if (error instanceof Cancelled || current.signal.aborted) return undefined;
      this.services.log.warn(`Hover: ${error instanceof UserError ? error.describe() : String(error)}`);
      return hover(failureText(error));
    }
  }

  /** Where no label passes the threshold, or no word is known to the model, nothing can be said. */
  private worthTelling({ rows, text }: Prediction): boolean {
    return text.words > text.unknownWords && rows.some(({ known }) => known?.isPredicted);
  }

  private content({ run, rows, text }: Prediction, { uri }: vscode.TextDocument, position: vscode.Position): string {
    const place = { uri: uri.toString(), line: position.line, character: position.character };
    return hoverMarkdown({ model: runTitle(run), place, rows, text }, vscode.l10n.t);
  }
}

/** The selection of the editor that shows a document. */
function selectionIn(document: vscode.TextDocument): vscode.Selection | undefined {
  const active = vscode.window.activeTextEditor;
  const editor =
    active?.document === document ? active : vscode.window.visibleTextEditors.find((one) => one.document === document);
  return editor?.selection;
}

function hover(markdown: string): vscode.Hover {
  const content = new vscode.MarkdownString(markdown);
  content.isTrusted = { enabledCommands: linkedCommands };
  return new vscode.Hover(content);
}

function failureText(error: unknown): string {
  const { message, remedy, place } = failureOf(error);
  const { t } = vscode.l10n;
  const what = place.file === undefined ? message : `${message} (${place.file})`;
  const link = commandLink(t('Select Model'), 'xmlcnn.selectModel', [], t('Choose another model'));
  return `${escapeMarkdown(t('XML-CNN cannot predict: {0}. {1}', what, remedy))} ${link}`;
}
