/** The workbench's server: a process group of its own with fresh folders, ended whole. */
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Installation } from './setup.mjs';

export interface ServerOptions {
  readonly installation: Installation;
  /** Holds the user's data and the extensions. */
  readonly folder: string;
  /** A free one by default. */
  readonly port?: number;
  /** Asks whether a folder is trusted, as an editor does; without it every folder is. */
  readonly asksForTrust?: boolean;
  /** Lets a page run a test module in the extension host; suppresses all notifications. */
  readonly runsTestModules?: boolean;
}

export interface WorkbenchServer {
  readonly port: number;
  readonly url: string;
  /** The server's process; extension hosts and their children are in its group. */
  readonly pid: number;
  writeSettings(settings: Record<string, unknown>): void;
  stop(): Promise<void>;
}

const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'workbench.editor.useModal': 'off',
  'xmlcnn.askBeforeMinutes': 0, // no test waits for the end of its long runs
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
  'window.autoDetectHighContrast': false,
};

/**
 * Packs the extension as `dist` has it and installs it for a server that will be started on the folder, in `extensions`
 * there, which may be copied for another. Throws with what the packer or the installer printed.
 */
export async function installExtension(installation: Installation, folder: string): Promise<void> {
  const vsix = join(folder, 'xmlcnn.vsix');
  await promisify(execFile)(process.execPath, ['scripts/package.mjs', vsix]);
  await promisify(execFile)(
    installation.node,
    [installation.entry, ...folderArguments(folder), '--install-extension', vsix],
    { env: environment() },
  );
}

/** Resolves when the server answers. Throws with the server's own words where it does not. */
export async function startServer(options: ServerOptions): Promise<WorkbenchServer> {
  const { installation, folder } = options;
  const port = options.port ?? (await freePort());
  const args = [installation.entry, ...folderArguments(folder), ...serverArguments(options, port)];
  // A group of its own, so that extension hosts and what they fork end with it.
  const child = spawn(installation.node, args, {
    env: environment(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => killGroup(child, 'SIGKILL');
  process.once('exit', end);
  const said: string[] = [];
  child.stdout.on('data', (chunk) => said.push(String(chunk)));
  child.stderr.on('data', (chunk) => said.push(String(chunk)));
  const url = `http://127.0.0.1:${port}`;
  const server: WorkbenchServer = {
    port,
    url,
    pid: child.pid ?? 0,
    writeSettings: (settings) => writeSettings(folder, settings),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        killGroup(child, 'SIGTERM');
        await Promise.race([once(child, 'exit'), setTimeout(5000)]);
      }
      end();
      process.off('exit', end);
    },
  };
  server.writeSettings({});
  try {
    await answers(url, child);
  } catch (error) {
    await server.stop();
    throw new Error(`The workbench's server did not start:\n${said.join('')}`, { cause: error });
  }
  return server;
}

/** Where a browser opens a folder. `payload` is heeded by a server with `runsTestModules` only. */
export function folderUrl({ url }: WorkbenchServer, folder: string, payload: [string, string][] = []): string {
  return `${url}/?${new URLSearchParams({ folder, ...(payload.length && { payload: JSON.stringify(payload) }) })}`;
}

function folderArguments(folder: string): string[] {
  const extensions = join(folder, 'extensions');
  return ['--config', '/dev/null', '--user-data-dir', join(folder, 'user'), '--extensions-dir', extensions];
}

function serverArguments({ asksForTrust, runsTestModules }: ServerOptions, port: number): string[] {
  return [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--ignore-last-opened'],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(asksForTrust ? [] : ['--disable-workspace-trust']),
    ...(runsTestModules ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

/** Without what an editor, a test runner or a proxy for extensions left behind. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|VITEST|NODE_ENV$|NODE_OPTIONS$|PORT$|PASSWORD$|XMLCNN_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), EXTENSIONS_GALLERY: '{}' };
}

/**
 * The user's settings are read at the start only; the machine's, which go before them, are watched. Those of the whole application, such as
 * telemetry, are heeded in the user's alone: both get all.
 */
function writeSettings(folder: string, settings: Record<string, unknown>): void {
  for (const level of ['User', 'Machine']) {
    const file = join(folder, 'user', level, 'settings.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify({ ...quiet, ...settings }, null, 2));
    renameSync(`${file}.new`, file); // the editor must not read half of it
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await setTimeout(100)) {
    if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}.`);
    const response = await fetch(`${url}/healthz`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`No answer from ${url} within a minute.`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it is gone already
  }
}
