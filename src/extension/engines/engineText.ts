import * as vscode from 'vscode';
import type { EngineStatus } from '../../core/engine/engines/status.ts';

/** A row of the list of engines. */
export interface EngineRow {
  label: string;
  description: string;
  detail: string;
}

export function engineRow(status: EngineStatus): EngineRow {
  const description = summaries()[status.name];
  if (!status.works) {
    const remedy = status.problem === 'absent' ? vscode.l10n.t('Choose it to install it.') : status.remedy;
    const detail = `${status.message}. ${remedy}`;
    return { label: `$(circle-slash) ${status.name}`, description, detail };
  }
  const rate = status.documentsPerSecond;
  const speed = rate.toLocaleString(vscode.env.language, { maximumFractionDigits: rate < 10 ? 1 : 0 });
  const detail = vscode.l10n.t('{0} documents/s in training a small network — {1}', speed, status.version);
  return { label: `$(check) ${status.name}`, description, detail };
}

const summaries = (): Record<EngineStatus['name'], string> => ({
  wasm: vscode.l10n.t('WebAssembly on all cores: part of the extension'),
  tensorflow: vscode.l10n.t('native TensorFlow'),
  webgpu: vscode.l10n.t('graphics card'),
  reference: vscode.l10n.t('plain TypeScript, for checking the others'),
});
