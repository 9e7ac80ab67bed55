import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';

const id = 'xmlcnn.tools';
/** Whether assistants may start training runs in this workspace; absent until it was asked. */
const answerKey = 'assistantsMayTrain';

/** Offers `xmlcnn mcp` to assistants of the editor, in workspaces that are trusted. An editor without such servers has none of it. */
export class AssistantServer extends Disposable {
  private readonly changed = this.own(new vscode.EventEmitter<void>());

  constructor(private readonly services: Services) {
    super();
    if (!canServe()) {
      services.log.debug('This editor knows no servers for assistants');
      return;
    }
    this.own(
      vscode.lm.registerMcpServerDefinitionProvider(id, {
        onDidChangeMcpServerDefinitions: this.changed.event,
        provideMcpServerDefinitions: () => this.definitions(),
        resolveMcpServerDefinition: () => this.resolve(),
      }),
    );
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(() => this.changed.fire()));
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()));
  }

  private definitions(): vscode.McpStdioServerDefinition[] {
    const roots = (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath);
    if (roots.length === 0 || !vscode.workspace.isTrusted) return []; // it predicts with models of the workspace
    const { context } = this.services;
    const program = vscode.Uri.joinPath(context.extensionUri, 'dist', 'runner', 'assistants.js').fsPath;
    const args = [
      program,
      'mcp',
      ...roots.flatMap((root) => ['--root', root]),
      ...(this.mayTrain ? ['--allow-runs'] : []),
    ];
    const { version } = context.extension.packageJSON as { version: string };
    const env = { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
    return [new vscode.McpStdioServerDefinition('XML-CNN', process.execPath, args, env, version)];
  }

  private get mayTrain(): boolean {
    return this.services.context.workspaceState.get<boolean>(answerKey) === true;
  }

  /** As the server is started: asks once whether runs may be started. */
  private async resolve(): Promise<vscode.McpStdioServerDefinition | undefined> {
    const { workspaceState } = this.services.context;
    if (vscode.workspace.isTrusted && workspaceState.get<boolean>(answerKey) === undefined) {
      const allow = vscode.l10n.t('Allow Training');
      const detail = vscode.l10n.t(
        'Assistants could then train models on this machine by the run configs of this folder. Without it they can only look: at datasets, configs and runs.',
      );
      const question = vscode.l10n.t('May assistants start training runs in this workspace?');
      const deny = vscode.l10n.t('Only Look');
      const chosen = await vscode.window.showInformationMessage(question, { modal: true, detail }, allow, deny);
      if (chosen !== undefined) await workspaceState.update(answerKey, chosen === allow); // closed: asked again next time
    }
    return this.definitions()[0];
  }
}

const canServe = (): boolean =>
  typeof (vscode.lm as Partial<typeof vscode.lm> | undefined)?.registerMcpServerDefinitionProvider === 'function' &&
  'McpStdioServerDefinition' in vscode;
