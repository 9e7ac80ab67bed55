/** Once before all suites: sets up the workbench, packs the extension, and says why where it cannot. */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packExtension } from './server.ts';
import { findChromium, setUpWorkbench } from './setup.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed extension; empty where there is no workbench to test it in. */
    vsix: string;
  }
}

/** XMLCNN_E2E=required makes a missing workbench a failure, else the suites are skipped; XMLCNN_E2E=no skips them anyway. */
export default async function setup(project: TestProject): Promise<() => void> {
  const wanted = process.env.XMLCNN_E2E;
  const missing = wanted === 'no' ? 'XMLCNN_E2E=no' : whatIsMissing();
  if (missing) {
    if (wanted === 'required') throw new Error(`The suite in the workbench cannot run: ${missing}`);
    console.log(`skipped: the suite in the workbench (${missing})`);
    project.provide('vsix', '');
    return () => {};
  }
  const folder = resolve('node_modules/.cache/xmlcnn-e2e');
  mkdirSync(folder, { recursive: true });
  const vsix = join(folder, `xmlcnn-${process.pid}.vsix`);
  await packExtension(vsix);
  project.provide('vsix', vsix);
  return () => rmSync(vsix, { force: true });
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
