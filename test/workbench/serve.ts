/** Serves the extension of this folder in the browser workbench until it is interrupted. Argument: the folder to open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { folderUrl, installExtension, startServer } from './server.ts';
import { setUpWorkbench } from './setup.mjs';

const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-workbench-'));
const installation = setUpWorkbench();
await installExtension(installation, folder);
const server = await startServer({ installation, folder });
console.log(`Open ${folderUrl(server, resolve(process.argv[2]))}\nCtrl+C ends it.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop().finally(() => process.exit()));
}
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
