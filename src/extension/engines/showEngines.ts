import * as vscode from 'vscode';
import { Cancelled } from '../../core/base/errors.ts';
import { nativeEngines } from '../../core/engine/engines/folders.ts';
import type { EngineStatus } from '../../core/engine/engines/status.ts';
import type { Services } from '../base/services.ts';
import { engineRow } from './engineText.ts';
import { installEngine } from './installEngine.ts';

interface EngineItem extends vscode.QuickPickItem {
  status: EngineStatus;
}

/** The engines with their state, as each has been tried; choosing one that does not work offers to install it. */
export async function showEngines(services: Services): Promise<void> {
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
