import * as vscode from 'vscode';
import { Cancelled } from '../../core/base/errors.ts';
import { nativeEngines } from '../../core/engine/engines/folders.ts';
import type { EngineStatus } from '../../core/engine/engines/status.ts';
import type { Services } from '../base/services.ts';
import { installEngine } from './installEngine.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';

interface EngineItem extends vscode.QuickPickItem {
  status: EngineStatus;
}

/** The engines with their state, as each has been tried; choosing one that does not work offers to install it. */
async function showEngines(services: Services): Promise<void> {
  const client = services.startRunner('engines');
  const stop = new AbortController();
  const list = vscode.window.createQuickPick<EngineItem>();
  list.title = vscode.l10n.t('Engines on This Machine');
  list.placeholder = vscode.l10n.t('Trying each engine…');
  list.busy = true;
  list.ignoreFocusOut = true; // trying takes a while, and a page may take the focus back from the palette
  const chosen = new Promise<EngineItem | undefined>((resolve) => {
    list.onDidAccept(() => resolve(list.activeItems[0]));
    list.onDidHide(() => resolve(undefined));
  });
  list.show();
  const onEvent = (status: EngineStatus): void => {
    list.items = [...list.items, { ...engineRow(status), status }];
  };
  const tried = client
    .call('statuses', {}, { signal: stop.signal, onEvent })
    .then((all) => logStatuses(services, all))
    .then(() => {
      list.busy = false;
      list.placeholder = vscode.l10n.t(
        'An engine that does not work can be installed; the setting xmlcnn.engine chooses one',
      );
    });
  try {
    const item = await Promise.race([chosen, tried.then(() => chosen)]);
    stop.abort();
    list.hide();
    if (item && !item.status.works) await installIfPossible(services, item.status);
  } finally {
    list.dispose();
    stop.abort();
    await tried.catch((error: unknown) => {
      if (!(error instanceof Cancelled)) throw error;
    });
    client.dispose();
  }
}

function logStatuses({ log }: Services, all: EngineStatus[]): void {
  for (const status of all) {
    log.info(`${status.name}: ${status.works ? engineRow(status).detail : `${status.message}. ${status.remedy}`}`);
  }
}

async function installIfPossible(services: Services, { name }: EngineStatus): Promise<void> {
  const native = nativeEngines.find((engine) => engine === name);
  if (native) await installEngine(services, native);
}

/** What computes: which engines work on this machine, and how they get there. */
export class EnginesFeature extends Disposable {
  constructor(services: Services) {
    super();
    const commands = { showEngines: () => showEngines(services), installEngine: () => installEngine(services) };
    for (const [name, work] of Object.entries(commands)) {
      this.own(vscode.commands.registerCommand(`xmlcnn.${name}`, reporting(services.log, work)));
    }
  }
}

/** A row of the list of engines. */
interface EngineRow {
  label: string;
  description: string;
  detail: string;
}

function engineRow(status: EngineStatus): EngineRow {
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
