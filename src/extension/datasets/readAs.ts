import * as vscode from 'vscode';
import { datasetFormats, type SourceOptions } from '../../core/data/document.ts';

type Key = 'format' | 'encoding' | 'textField' | 'labelField' | 'labelSeparator' | 'labelNames';

/** Asks how a dataset is to be read; undefined where the user left it. */
export async function askReadingOptions(options: SourceOptions): Promise<SourceOptions | undefined> {
  const { t } = vscode.l10n;
  const found = (key: Key): string => (options[key] === undefined ? t('found from the content') : String(options[key]));
  const items: (vscode.QuickPickItem & { key: Key })[] = [
    { key: 'format', label: t('Format'), description: found('format') },
    { key: 'encoding', label: t('Encoding'), description: options.encoding ?? 'utf-8' },
    { key: 'textField', label: t('Text field or column'), description: found('textField') },
    { key: 'labelField', label: t('Label field or column'), description: found('labelField') },
    { key: 'labelSeparator', label: t('Label separator'), description: found('labelSeparator') },
    { key: 'labelNames', label: t('File with the names of label ids'), description: found('labelNames') },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Read Dataset As'),
    placeHolder: t('What to change'),
  });
  if (!chosen) return undefined;
  const value = await ask(chosen.key, chosen.label, options);
  return value === undefined ? undefined : { ...options, [chosen.key]: value === '' ? undefined : value };
}

/** '' stands for: as found from the content. */
async function ask(key: Key, title: string, options: SourceOptions): Promise<string | number | undefined> {
  const { t } = vscode.l10n;
  if (key === 'format' || key === 'encoding') {
    const values = key === 'format' ? datasetFormats : (['utf-8', 'latin1'] as const);
    const automatic = { label: key === 'format' ? t('Found from the content') : t('Default (UTF-8)'), value: '' };
    const items = [automatic, ...values.map((value) => ({ label: value, value: value as string }))];
    return (await vscode.window.showQuickPick(items, { title }))?.value;
  }
  if (key === 'labelNames') {
    const [file] = (await vscode.window.showOpenDialog({ title })) ?? [];
    return file?.fsPath;
  }
  const prompt =
    key === 'labelSeparator'
      ? t('What stands between labels. Empty: found from the content.')
      : t('A name, or a column number from 0. Empty: found from the content.');
  const current = options[key];
  const answer = await vscode.window.showInputBox({
    title,
    prompt,
    value: current === undefined ? '' : String(current),
  });
  return answer !== undefined && key !== 'labelSeparator' && /^\d+$/.test(answer) ? Number(answer) : answer;
}
