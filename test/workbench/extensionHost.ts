/** Runs a module inside the extension host of a real workbench, where the packed extension is installed. */
import type { BuildOptions } from 'esbuild';
import { build } from 'esbuild';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { browserArguments } from './driver.ts';
import { folderUrl, startServer } from './server.ts';
import { findChromium, setUpWorkbench } from './setup.mjs';

export interface HostRun {
  /** A TypeScript module that exports `run(): Promise<void>`; it may import `vscode`. */
  readonly module: string;
  /** The folder of extensions that `installExtension` made. */
  readonly extensions: string;
  /** Fills the empty workspace folder before it is opened. */
  readonly fill: (folder: string) => void | Promise<void>;
}

/** Resolves with what the module wrote to the file that the environment variable XMLCNN_OUTCOMES names. Throws where it threw. */
export async function runInExtensionHost({ module, extensions, fill }: HostRun): Promise<string> {
  const installation = setUpWorkbench();
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-exthost-'));
  const outcomes = join(folder, 'outcomes.json');
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  try {
    await fill(workspace);
    const tests = join(folder, 'tests.cjs');
    await build({ entryPoints: [resolve(module)], outfile: tests, bundle: true, ...bundle });
    cpSync(extensions, join(folder, 'extensions'), { recursive: true });
    const extension = join(folder, 'extensions', installed(folder));
    const server = await startServer({ installation, folder, runsTestModules: true });
    try {
      const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
      const url = folderUrl(server, workspace, [
        ['extensionDevelopmentPath', remote(extension)],
        ['extensionTestsPath', remote(tests)],
        ['extensionEnvironment', JSON.stringify({ XMLCNN_OUTCOMES: outcomes })],
      ]);
      await visitUntilExit(url);
    } finally {
      await server.stop();
    }
    return readFileSync(outcomes, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const bundle: BuildOptions = {
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  external: ['vscode'],
  logLevel: 'warning',
} as const;

function installed(folder: string): string {
  const name = readdirSync(join(folder, 'extensions')).find((entry) => entry.startsWith('xmlcnn.xmlcnn-'));
  if (!name) throw new Error('The packed extension was not installed.');
  return name;
}

async function visitUntilExit(url: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: browserArguments });
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      said.push(`${type}: ${args.join(' ')}`);
    });
    const exit = new Promise<number>((resolve, reject) => {
      void page
        .exposeFunction('codeAutomationExit', (code: number) => resolve(code))
        .then(() => page.goto(url), reject);
      setTimeout(
        () => reject(new Error(`The suite in the extension host did not end:\n${said.join('\n')}`)),
        150_000,
      ).unref();
    });
    const code = await exit;
    if (code !== 0) throw new Error(`The suite in the extension host failed:\n${said.join('\n')}`);
  } finally {
    await browser.close();
  }
}
