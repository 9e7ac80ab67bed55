/** Once before all suites: sets up the workbench, packs and installs the extension, and says why where it cannot. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installExtension } from './server.ts';
import { findChromium, setUpWorkbench } from './setup.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the extension installed, which each workbench copies; empty where there is no workbench to test it in. */
    extensions: string;
  }
}

/** XMLCNN_E2E=required makes a missing workbench a failure, else the suites are skipped; XMLCNN_E2E=no skips them anyway. */
export default async function setup(project: TestProject): Promise<() => void> {
  const wanted = process.env.XMLCNN_E2E;
  const missing = wanted === 'no' ? 'XMLCNN_E2E=no' : whatIsMissing();
  if (missing) {
    if (wanted === 'required') throw new Error(`The suite in the workbench cannot run: ${missing}`);
    console.log(`skipped: the suite in the workbench (${missing})`);
    project.provide('extensions', '');
    return () => {};
  }
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-e2e-'));
  await installExtension(setUpWorkbench(), folder);
  project.provide('extensions', join(folder, 'extensions'));
  return () => rmSync(folder, { recursive: true, force: true });
}

function whatIsMissing(): string | undefined {
  if (!findChromium()) return 'Chromium not found: install it or set XMLCNN_CHROMIUM';
  try {
    setUpWorkbench();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
