import * as vscode from 'vscode';
import type { RecordText } from '../../core/explore/inspectionApi.ts';
import { Disposable } from '../base/disposable.ts';
import { failureOf } from '../base/failures.ts';
import { IdleRunner } from '../base/idleRunner.ts';
import type { Services } from '../base/services.ts';
import type { RecordTarget } from '../../core/explore/recordText.ts';
import { pointerOf, recordScheme, recordUriParts } from './recordUri.ts';

/** Language of record documents: lines wrap, so that long texts are rendered whole. */
const language = 'xmlcnn-document';

/**
 * Records as read-only documents of their own text, scheme `xmlcnn-record`. A file system and not a content provider:
 * VS Code restores only editors of file systems when the window is reloaded.
 */
export class RecordDocuments extends Disposable implements vscode.FileSystemProvider {
  private readonly changed = this.own(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.changed.event;
  private readonly records = new Map<string, Promise<RecordText>>();
  private readonly loaded = new Map<string, RecordText>();
  private readonly runner: IdleRunner<'dataset'>;

  constructor(services: Services) {
    super();
    this.runner = this.own(new IdleRunner(() => services.startRunner('dataset')));
    this.own(
      vscode.workspace.registerFileSystemProvider(recordScheme, this, { isReadonly: true, isCaseSensitive: true }),
    );
    this.own(vscode.workspace.onDidOpenTextDocument((document) => void this.adopt(document)));
    for (const document of vscode.workspace.textDocuments) void this.adopt(document);
    this.own(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.records.delete(uri.toString());
        this.loaded.delete(uri.toString());
      }),
    );
  }

  /** The record that a document shows: its file and line, id, labels and text; undefined until it was read. */
  recordOf(uri: vscode.Uri): RecordText | undefined {
    return this.loaded.get(uri.toString());
  }

  /** What a record document points at; undefined for other documents. */
  pointerOf(uri: vscode.Uri): RecordTarget | undefined {
    return uri.scheme === recordScheme ? pointerOf(uri.query) : undefined;
  }

  /** Reads the record where it was not read yet. Throws `UserError`. */
  async load(uri: vscode.Uri): Promise<RecordText> {
    const key = uri.toString();
    let record = this.records.get(key);
    if (!record) {
      const pointer = this.pointerOf(uri);
      if (!pointer) throw vscode.FileSystemError.FileNotFound(uri);
      record = this.read(pointer);
      this.records.set(key, record);
    }
    try {
      const text = await record;
      this.loaded.set(key, text);
      return text;
    } catch (error) {
      this.records.delete(key);
      throw error;
    }
  }

  async show(pointer: RecordTarget): Promise<void> {
    const uri = vscode.Uri.from(recordUriParts(pointer));
    await this.load(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { byteLength } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: byteLength };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    try {
      return new TextEncoder().encode((await this.load(uri)).text);
    } catch (error) {
      const { message, remedy } = failureOf(error);
      throw vscode.FileSystemError.Unavailable(`${message}. ${remedy}`);
    }
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private async adopt(document: vscode.TextDocument): Promise<void> {
    if (document.uri.scheme !== recordScheme || document.languageId === language) return;
    await vscode.languages.setTextDocumentLanguage(document, language);
  }

  /** Reads a record that is shown in no document of ours. Throws `UserError`. */
  async read(pointer: RecordTarget): Promise<RecordText> {
    return this.runner.call('record', pointer);
  }
}

/** Above a record's text: which record this is, and the way to its raw line. */
export class RecordLens implements vscode.CodeLensProvider {
  constructor(private readonly records: RecordDocuments) {}

  async provideCodeLenses({ uri }: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const pointer = this.records.pointerOf(uri);
    if (!pointer || pointer.raw) return [];
    const { place, labels, file } = await this.records.load(uri);
    const top = new vscode.Range(0, 0, 0, 0);
    const name = file.split(/[\\/]/).pop() ?? file;
    const isByLine = place.line > 0 && pointer.options?.format !== 'json';
    const raw = isByLine
      ? vscode.l10n.t('Raw line {0} of {1}', place.line, name)
      : vscode.l10n.t('All fields in {0}', name);
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
