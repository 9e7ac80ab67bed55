import * as vscode from 'vscode';
import { inspectPortOf, RunnerClient } from '../../runner/client.ts';
import type { ServiceName } from '../../runner/protocol.ts';

/** What every feature needs of the extension as a whole. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** Forks a runner process; the caller disposes of it. Its stdout and stderr go to the log. */
  startRunner<S extends ServiceName>(service: S, cwd?: string): RunnerClient<S>;
}

export function createServices(context: vscode.ExtensionContext): Services {
  const log = vscode.window.createOutputChannel('XML-CNN', { log: true });
  context.subscriptions.push(log);
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'runner', 'main.js').fsPath;
  return {
    context,
    log,
    startRunner(service, cwd) {
      const env = environment(context);
      const inspectPort = inspectPortOf(service, process.env.XMLCNN_INSPECT_RUNNERS);
      const onLog = (line: string): void => log.info(`[${service}] ${line}`);
      const client = new RunnerClient(service, { script, cwd, env, inspectPort, onLog });
      log.debug(`[${service}] process ${client.pid} started`);
      void client.exited.then(() => log.debug(`[${service}] process ${client.pid} ended`));
      return client;
    },
  };
}

/** Where runners look for native engines, and keep clusters that are looked at. The setting is the machine's: a workspace must not name code that is run. */
function environment({ globalStorageUri, storageUri }: vscode.ExtensionContext): Record<string, string> {
  const tensorflow = vscode.workspace.getConfiguration('xmlcnn').get<string>('tensorflowPath', '');
  return {
    XMLCNN_CLUSTERS: vscode.Uri.joinPath(storageUri ?? globalStorageUri, 'clusters').fsPath,
    XMLCNN_ENGINES: vscode.Uri.joinPath(globalStorageUri, 'engines').fsPath,
    ...(tensorflow && { XMLCNN_TENSORFLOW: tensorflow }),
  };
}
