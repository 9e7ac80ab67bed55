import * as vscode from 'vscode';
import { nativeEngines } from '../../core/engine/engines/folders.ts';
import type { NativeEngine } from '../../core/engine/engines/folders.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { Download } from '../../core/engine/install/table.ts';
import { downloadsOf } from '../../core/engine/install/table.ts';
import type { Services } from '../base/services.ts';
import { showInformation } from '../base/notices.ts';

/** Brings the binaries of an engine into the extension's storage. */
export async function installEngine(services: Services, asked?: NativeEngine): Promise<void> {
  const engine = asked ?? (await chooseEngine());
  if (!engine) return;
  const unknown = downloadsOf(engine).filter(({ sha256 }) => sha256 === undefined);
  const sha256 = unknown.length ? await hashesOf(unknown) : [];
  if (!sha256) return;
  const title = vscode.l10n.t('Installing {0}', engine);
  const location = vscode.ProgressLocation.Notification;
  await vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) =>
    download(services, engine, sha256, progress, token),
  );
  void showInformation(vscode.l10n.t('{0} is installed.', engine));
}

async function chooseEngine(): Promise<NativeEngine | undefined> {
  const details: Record<NativeEngine, string> = {
    tensorflow: vscode.l10n.t('Native TensorFlow'),
    webgpu: vscode.l10n.t('Any graphics card, through WebGPU'),
  };
  const items = nativeEngines.map((label) => ({ label, detail: details[label] }));
  const placeHolder = vscode.l10n.t('Engine to install');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.label;
}

/**
 * Nothing is installed unchecked: where the extension does not know an archive's hash, the user gives it, or names a folder that
 * holds the engine already.
 */
async function hashesOf(downloads: Download[]): Promise<string[] | undefined> {
  const useFolder = vscode.l10n.t('Use an Installed Package…');
  const enter = vscode.l10n.t('Enter Hashes…');
  const names = downloads.map(({ url }) => url).join('\n');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('The extension does not know the SHA-256 of these downloads, and installs nothing unchecked.'),
    { modal: true, detail: names },
    useFolder,
    enter,
  );
  if (chosen === useFolder) await chooseFolder();
  if (chosen !== enter) return undefined;
  const hashes: string[] = [];
  for (const { url } of downloads) {
    const hash = await vscode.window.showInputBox({
      title: vscode.l10n.t('SHA-256 from a source that you trust'),
      prompt: url,
      ignoreFocusOut: true,
      validateInput: (text) =>
        /^[0-9a-f]{64}$/i.test(text.trim()) ? undefined : vscode.l10n.t('64 hexadecimal digits'),
    });
    if (hash === undefined) return undefined;
    hashes.push(hash.trim());
  }
  return hashes;
}

async function chooseFolder(): Promise<void> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: vscode.l10n.t('Use'),
      title: vscode.l10n.t('Folder of @tensorflow/tfjs-node, or the one whose node_modules holds it'),
    })) ?? [];
  if (!folder) return;
  const settings = vscode.workspace.getConfiguration('xmlcnn');
  await settings.update('tensorflowPath', folder.fsPath, vscode.ConfigurationTarget.Global);
}

async function download(
  { startRunner }: Services,
  engine: NativeEngine,
  sha256: string[],
  progress: vscode.Progress<{ message?: string; increment?: number }>,
  token: vscode.CancellationToken,
): Promise<void> {
  const client = startRunner('engines');
  const stop = new AbortController();
  token.onCancellationRequested(() => stop.abort());
  let before = { file: '', share: 0 };
  const onEvent = ({ file = '', done, total }: Progress): void => {
    if (file !== before.file) before = { file, share: 0 };
    const share = total ? done / total : 0;
    const increment = (100 * (share - before.share)) / Math.max(1, downloadsOf(engine).length);
    before = { file, share };
    progress.report({ message: `${file}, ${(done / 1e6).toFixed(0)} MB`, increment });
  };
  const http = vscode.workspace.getConfiguration('http');
  const proxy = http.get<string>('proxy') || undefined;
  const strictSsl = http.get('proxyStrictSSL', true);
  try {
    await client.call('install', { engine, sha256, proxy, strictSsl }, { signal: stop.signal, onEvent });
  } finally {
    client.dispose();
  }
}
