import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { check, until } from '../check.ts';
import type { Check } from '../check.ts';

async function open(name: string): Promise<vscode.TextDocument> {
  const [file] = await vscode.workspace.findFiles(name);
  return vscode.workspace.openTextDocument(file);
}

export const runConfig: Check[] = [
  check('one problem gives one diagnostic, at its key', async () => {
    const { uri } = await open('wrong.xmlcnn.json');
    const [diagnostic, ...others] = await until('a diagnostic', () => {
      const found = vscode.languages.getDiagnostics(uri).filter(({ code }) => code === 'unknown-key');
      return found.length ? found : undefined;
    });
    assert.equal(others.length, 0);
    assert.match(diagnostic.message, /Did you mean "train"/);
    assert.equal(diagnostic.range.start.line, 2);
  }),
  check('a valid config with comments and trailing commas gives none', async () => {
    const { uri } = await open('valid.xmlcnn.json');
    // The wrong config was judged after this one was opened, so this one has been judged too.
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  }),
  check('a diagnostic comes and goes with the text', async () => {
    const document = await open('valid.xmlcnn.json');
    const at = document.positionAt(document.getText().indexOf('"train"'));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, at, '"nonsense": 1, ');
    await vscode.workspace.applyEdit(edit);
    await until('the diagnostic', () => vscode.languages.getDiagnostics(document.uri).length || undefined);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    await until('no diagnostic', () => vscode.languages.getDiagnostics(document.uri).length === 0 || undefined);
  }),
];

/** What the editor's own commands answer about a document. */
const ask = <T>(command: string, ...args: unknown[]): Promise<T> =>
  Promise.resolve(vscode.commands.executeCommand<T>(`vscode.${command}`, ...args));

/** Where a text begins in a document. */
const placeOf = (document: vscode.TextDocument, text: string): vscode.Position =>
  document.positionAt(document.getText().indexOf(text));

export const runConfigLanguage: Check[] = [
  check('completion offers the keys that are missing, with documentation', async () => {
    const document = await open('valid.xmlcnn.json');
    const { items } = await ask<vscode.CompletionList>(
      'executeCompletionItemProvider',
      document.uri,
      placeOf(document, '"train"'),
      undefined,
      5,
    );
    const keys = items.filter(({ kind }) => kind === vscode.CompletionItemKind.Property);
    const labels = keys.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('textField'));
    assert.ok(!labels.includes('train'));
    assert.ok(keys[0].documentation instanceof vscode.MarkdownString);
  }),
  check('completion offers the files beside the config', async () => {
    const document = await open('valid.xmlcnn.json');
    const at = placeOf(document, 'train.jsonl');
    const files = await ask<vscode.CompletionList>('executeCompletionItemProvider', document.uri, at);
    const labels = files.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('test.jsonl'), labels.join());
  }),
  check('completion offers presets, values and the fields of the dataset', async () => {
    const document = await open('values.xmlcnn.json');
    const offered = async (before: string): Promise<string[]> => {
      const at = placeOf(document, before).translate(0, before.length);
      const { items } = await ask<vscode.CompletionList>('executeCompletionItemProvider', document.uri, at);
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const presets = await offered('"extends": "');
    for (const name of ['libmultilabel', 'paper', 'kim-bce', 'wide']) assert.ok(presets.includes(name), presets.join());
    const fields = await offered('"textField": "');
    assert.ok(fields.includes('text') && fields.includes('labels'), fields.join());
    const schedules = await offered('"schedule": "');
    assert.ok(schedules.includes('cosine') && schedules.includes('constant'), schedules.join());
  }),
  check('a hover tells meaning and default', async () => {
    const document = await open('valid.xmlcnn.json');
    const hovers = await ask<vscode.Hover[]>('executeHoverProvider', document.uri, placeOf(document, '"train"'));
    const text = hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value)).join();
    assert.match(text, /Training documents/);
    assert.match(text, /it must be given/);
  }),
  check('there are an outline, folding, links and lenses', async () => {
    const { uri } = await open('valid.xmlcnn.json');
    const symbols = await ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider', uri);
    assert.deepEqual(
      symbols.map(({ name, children }) => [name, children.map((child) => child.name)]),
      [['dataset', ['train', 'test']]],
    );
    const folds = await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider', uri);
    assert.deepEqual([folds[0].start, folds[0].end], [0, 2]);
    const links = await ask<vscode.DocumentLink[]>('executeLinkProvider', uri);
    assert.deepEqual(
      links.map(({ target }) => target?.path.split('/').at(-1)),
      ['train.jsonl', 'test.jsonl'],
    );
    const lenses = await ask<vscode.CodeLens[]>('executeCodeLensProvider', uri, 10);
    const titles = lenses.map(({ command }) => command?.title ?? '');
    assert.equal(titles[0], 'Train');
    assert.match(titles.at(-1) ?? '', /parameters/);
    assert.ok(!titles.includes('Resume'), 'there is no run to resume');
  }),
  check('formatting keeps comments', async () => {
    const { uri } = await open('valid.xmlcnn.json');
    const edits = await ask<vscode.TextEdit[]>('executeFormatDocumentProvider', uri, {
      tabSize: 2,
      insertSpaces: true,
    });
    assert.ok(edits.length > 0);
    assert.ok(edits.every(({ newText }) => newText.trim() === ''));
  }),
  check('a quick fix mends the key', async () => {
    const document = await open('wrong.xmlcnn.json');
    const [{ range }] = vscode.languages.getDiagnostics(document.uri);
    const actions = await ask<vscode.CodeAction[]>('executeCodeActionProvider', document.uri, range);
    const fix = actions.find(({ title }) => title === 'Change to "train"');
    assert.ok(fix?.isPreferred);
    assert.deepEqual(
      fix.edit?.get(document.uri).map(({ newText }) => newText),
      ['"train"'],
    );
  }),
  check('a quick fix takes the nearest value', async () => {
    const [fix] = await fixesFor('values.xmlcnn.json', /cosin/);
    assert.equal(fix.title, 'Write "cosine"');
  }),
  check('quick fixes create or pick a file that is not there', async () => {
    const fixes = await fixesFor('missing.xmlcnn.json', /absent\.jsonl/);
    assert.ok(
      fixes.some(({ title }) => title === 'Pick a file…'),
      fixes.map(({ title }) => title).join(),
    );
    const titles = (await fixesFor('missing.xmlcnn.json', /labels\.txt/)).map(({ title }) => title);
    assert.ok(
      titles.some((title) => title.startsWith('Create')),
      titles.join(),
    );
  }),
];

/** The quick fixes for the one diagnostic that says something like this. */
async function fixesFor(file: string, message: RegExp): Promise<vscode.CodeAction[]> {
  const document = await open(file);
  const [diagnostic, ...others] = await until(`a diagnostic like ${message}`, () => {
    const found = vscode.languages.getDiagnostics(document.uri).filter((one) => message.test(one.message));
    return found.length ? found : undefined;
  });
  assert.deepEqual(others, []);
  return ask<vscode.CodeAction[]>('executeCodeActionProvider', document.uri, diagnostic.range);
}
