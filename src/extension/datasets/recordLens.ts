import * as vscode from 'vscode';
import type { RecordDocuments } from './recordDocuments.ts';
import { recordScheme } from './recordUri.ts';

/** Above a record's text: which record this is, and the way to its raw line. */
export class RecordLens implements vscode.CodeLensProvider {
  constructor(private readonly records: RecordDocuments) {}

  async provideCodeLenses({ uri }: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const pointer = this.records.pointerOf(uri);
    if (!pointer || pointer.raw) return [];
    const { place, labels, file } = await this.records.load(uri);
    const top = new vscode.Range(0, 0, 0, 0);
    const name = file.split(/[\\/]/).pop() ?? file;
    const raw = place.line ? vscode.l10n.t('Raw line {0} of {1}', place.line, name) : vscode.l10n.t('Open {0}', name);
    const names = labels.map(({ name: id, display }) => display ?? id).join(', ');
    return [
      new vscode.CodeLens(top, { title: raw, command: 'xmlcnn.openRawRecord', arguments: [uri] }),
      new vscode.CodeLens(top, { title: vscode.l10n.t('Labels: {0}', names || '–'), command: '' }),
    ];
  }

  static register(records: RecordDocuments): vscode.Disposable {
    return vscode.languages.registerCodeLensProvider({ scheme: recordScheme }, new RecordLens(records));
  }
}
