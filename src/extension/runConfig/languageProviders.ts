import * as vscode from 'vscode';
import { complete, type Completion } from '../../core/config/language/completion.ts';
import { describeKey } from '../../core/config/describe.ts';
import { type ConfigSymbol, foldingOf, formatEdits, symbolsOf } from '../../core/config/language/structure.ts';
import { hoverAt } from '../../core/config/language/hover.ts';
import { inheritedValue } from '../../core/config/language/inherited.ts';
import { linksOf } from '../../core/config/language/links.ts';
import { type ConfigDocuments, fileOf, selector, toRange, toTextEdit } from './configDocuments.ts';
import { keyMarkdown, presetMarkdown } from './configTexts.ts';

const { languages, l10n } = vscode;

/** Completion, hover, outline, folding, links and formatting of run configs: the core's language service, in the editor's terms. */
export function registerLanguageProviders(configs: ConfigDocuments): vscode.Disposable {
  const explanations = new WeakMap<vscode.CompletionItem, () => vscode.MarkdownString | string | undefined>();
  return vscode.Disposable.from(
    languages.registerCompletionItemProvider(
      selector,
      { provideCompletionItems, resolveCompletionItem },
      ...['"', ':', ' ', '/', '['],
    ),
    languages.registerHoverProvider(selector, { provideHover }),
    languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: (document) => symbolsOf(document.getText()).map(toSymbol),
    }),
    languages.registerFoldingRangeProvider(selector, { provideFoldingRanges }),
    languages.registerDocumentLinkProvider(selector, { provideDocumentLinks }),
    languages.registerDocumentFormattingEditProvider(selector, {
      provideDocumentFormattingEdits: (document, options) => format(document, options),
    }),
    languages.registerDocumentRangeFormattingEditProvider(selector, {
      provideDocumentRangeFormattingEdits: (document, range, options) => format(document, options, range),
    }),
  );

  async function provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    _: vscode.CancellationToken,
    { triggerCharacter }: vscode.CompletionContext,
  ): Promise<vscode.CompletionItem[]> {
    const text = document.getText();
    const environment = configs.environment(document);
    const found = await complete(text, document.offsetAt(position), environment);
    // a space begins an entry only where a value is to come: elsewhere the list would be in the way
    if (triggerCharacter === ' ' && found.every(({ kind }) => kind === 'key' || kind === 'section')) return [];
    return found.map((completion) => {
      const item = toItem(completion);
      explanations.set(item, () => documentation(completion, text, environment));
      return item;
    });
  }

  function resolveCompletionItem(item: vscode.CompletionItem): vscode.CompletionItem {
    item.documentation = explanations.get(item)?.();
    return item;
  }

  function provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = hoverAt(document.getText(), document.offsetAt(position), configs.environment(document));
    if (!found) return undefined;
    const { description, inherited, preset, range } = found;
    const about = [
      ...(preset ? [presetMarkdown(preset.name, preset)] : []),
      keyMarkdown(description, inherited, l10n.t),
    ];
    return new vscode.Hover(
      about.map((text) => new vscode.MarkdownString(text)),
      toRange(range),
    );
  }

  function provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const file = fileOf(document);
    if (file === undefined) return [];
    return linksOf(document.getText(), file, configs.environment(document)).map(
      ({ range, path }) => new vscode.DocumentLink(toRange(range), vscode.Uri.file(path)),
    );
  }
}

function documentation(
  { kind, key, text, label }: Completion,
  config: string,
  environment: Parameters<typeof inheritedValue>[2],
) {
  if (kind === 'preset') return new vscode.MarkdownString(text);
  if (kind === 'config') return text;
  const description = key === undefined ? undefined : describeKey(key);
  if (!description || kind === 'file' || kind === 'folder') return label;
  const inherited = key?.includes('.') ? inheritedValue(config, key, environment) : undefined;
  return new vscode.MarkdownString(keyMarkdown(description, inherited, l10n.t));
}

const itemKinds: Record<Completion['kind'], vscode.CompletionItemKind> = {
  section: vscode.CompletionItemKind.Module,
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
  preset: vscode.CompletionItemKind.EnumMember,
  field: vscode.CompletionItemKind.Field,
  file: vscode.CompletionItemKind.File,
  folder: vscode.CompletionItemKind.Folder,
  config: vscode.CompletionItemKind.Snippet,
};

function toItem(completion: Completion): vscode.CompletionItem {
  const { kind, label, detail, insert, range, filter, order, comma, goesOn } = completion;
  const item = new vscode.CompletionItem({ label, description: detail }, itemKinds[kind]);
  item.insertText = new vscode.SnippetString(insert);
  item.range = toRange(range);
  item.filterText = filter;
  item.sortText = String(order).padStart(4, '0');
  if (comma) item.additionalTextEdits = [toTextEdit(comma)];
  if (goesOn) item.command = { title: l10n.t('Suggest'), command: 'editor.action.triggerSuggest' };
  return item;
}

const symbolKinds: Record<ConfigSymbol['kind'], vscode.SymbolKind> = {
  section: vscode.SymbolKind.Module,
  string: vscode.SymbolKind.String,
  number: vscode.SymbolKind.Number,
  boolean: vscode.SymbolKind.Boolean,
  list: vscode.SymbolKind.Array,
  null: vscode.SymbolKind.Null,
};

function toSymbol({ name, detail, kind, range, selection, children }: ConfigSymbol): vscode.DocumentSymbol {
  const symbol = new vscode.DocumentSymbol(name, detail, symbolKinds[kind], toRange(range), toRange(selection));
  symbol.children = children.map(toSymbol);
  return symbol;
}

const provideFoldingRanges = (document: vscode.TextDocument): vscode.FoldingRange[] =>
  foldingOf(document.getText()).map(
    ({ start, end, isComment }) =>
      new vscode.FoldingRange(start, end, isComment ? vscode.FoldingRangeKind.Comment : undefined),
  );

function format(
  document: vscode.TextDocument,
  { tabSize, insertSpaces }: vscode.FormattingOptions,
  range?: vscode.Range,
): vscode.TextEdit[] {
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const part = range && { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  return formatEdits(document.getText(), { tabSize, insertSpaces, eol }, part).map(toTextEdit);
}
