import { expect, it, vi } from 'vitest';

interface Definition {
  command: string;
  args: string[];
  env: Record<string, string>;
}
interface Provider {
  provideMcpServerDefinitions(): Definition[];
  resolveMcpServerDefinition(): Promise<Definition | undefined>;
}

const editor = vi.hoisted(() => ({
  isTrusted: true,
  answers: [] as (string | undefined)[],
  asked: 0,
  provider: undefined as unknown,
  canServe: true,
}));

vi.mock('vscode', () => {
  class McpStdioServerDefinition {
    constructor(
      readonly label: string,
      readonly command: string,
      readonly args: string[],
      readonly env: Record<string, string>,
    ) {}
  }
  const event = (): object => ({ dispose: () => {} });
  return {
    EventEmitter: class {
      event = event;
      fire = (): void => {};
      dispose = (): void => {};
    },
    McpStdioServerDefinition,
    Uri: {
      joinPath: ({ fsPath }: { fsPath: string }, ...parts: string[]) => ({ fsPath: [fsPath, ...parts].join('/') }),
    },
    l10n: { t: (text: string) => text },
    lm: {
      get registerMcpServerDefinitionProvider() {
        if (!editor.canServe) return undefined;
        return (_: string, provider: unknown) => {
          editor.provider = provider;
          return event();
        };
      },
    },
    window: {
      showInformationMessage: async () => {
        editor.asked++;
        return editor.answers.shift();
      },
    },
    workspace: {
      get isTrusted() {
        return editor.isTrusted;
      },
      workspaceFolders: [
        { uri: { scheme: 'file', fsPath: '/data' } },
        { uri: { scheme: 'vscode-vfs', fsPath: '/remote' } },
        { uri: { scheme: 'file', fsPath: '/more data' } },
      ],
      onDidChangeWorkspaceFolders: event,
      onDidGrantWorkspaceTrust: event,
    },
  };
});

async function open(): Promise<Provider> {
  const { AssistantServer } = await import('../../../src/extension/assistants/assistantServer.ts');
  const kept = new Map<string, unknown>();
  const context = {
    extensionUri: { fsPath: '/extension' },
    extension: { packageJSON: { version: '1.2.3' } },
    workspaceState: { get: (key: string) => kept.get(key), update: async (key: string, value: unknown) => void kept.set(key, value) }, // prettier-ignore
  };
  editor.provider = undefined;
  new AssistantServer({ context, log: { debug: () => {} } } as never);
  return editor.provider as Provider;
}

it('starts the command line with the folders of the workspace, and offers no runs before it was allowed', async () => {
  Object.assign(editor, { isTrusted: true, answers: [undefined, 'Allow Training'], asked: 0 });
  const provider = await open();
  const [found] = provider.provideMcpServerDefinitions();
  expect(found.command).toBe(process.execPath);
  expect(found.args).toEqual([
    '/extension/dist/runner/assistants.js',
    'mcp',
    '--root',
    '/data',
    '--root',
    '/more data',
  ]);
  expect(found.env.ELECTRON_RUN_AS_NODE).toBe('1');
  expect((await provider.resolveMcpServerDefinition())!.args).not.toContain('--allow-runs'); // the question was closed
  expect((await provider.resolveMcpServerDefinition())!.args).toContain('--allow-runs');
  await provider.resolveMcpServerDefinition();
  expect(editor.asked).toBe(2);
});

it('keeps a refusal', async () => {
  Object.assign(editor, { isTrusted: true, answers: ['Only Look'], asked: 0 });
  const provider = await open();
  for (let i = 0; i < 2; i++) expect((await provider.resolveMcpServerDefinition())!.args).not.toContain('--allow-runs');
  expect(editor.asked).toBe(1);
});

it('offers nothing where the workspace is not trusted, and asks nothing', async () => {
  Object.assign(editor, { isTrusted: false, answers: ['Allow Training'], asked: 0 });
  const provider = await open();
  expect(provider.provideMcpServerDefinitions()).toEqual([]);
  expect(await provider.resolveMcpServerDefinition()).toBeUndefined();
  expect(editor.asked).toBe(0);
});

it('is not there in an editor without such servers', async () => {
  editor.canServe = false;
  expect(await open()).toBeUndefined();
  editor.canServe = true;
});
