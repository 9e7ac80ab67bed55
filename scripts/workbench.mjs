// npm run workbench: opens the extension on the sample workspace, in VS Code where `code` is installed, else in the browser workbench,
// which it sets up at first, until Ctrl+C.
//   node scripts/workbench.mjs [FOLDER]            a folder of yours instead of the sample
//   node scripts/workbench.mjs --browser [FOLDER]  the browser workbench, also where `code` is installed
//   node scripts/workbench.mjs --run FILE.ts [ARG…]  runs a script of yours that uses test/workbench/driver.ts
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { browser: { type: 'boolean' }, run: { type: 'string' } },
});
const hasCode = !values.browser && spawnSync('code', ['--version'], { stdio: 'ignore' }).status === 0;

if (values.run) {
  const file = resolve(values.run);
  process.chdir(root);
  await runBundled(file, ...positionals);
} else {
  if (!existsSync(join(root, 'dist/extension.cjs')))
    throw new Error('dist/extension.cjs not found: run npm run build first.');
  const folder = positionals[0] ? resolve(positionals[0]) : sampleWorkspace();
  process.chdir(root);
  if (hasCode) spawnSync('code', [`--extensionDevelopmentPath=${root}`, folder], { stdio: 'inherit' });
  else await runBundled(join(root, 'test/workbench/serve.ts'), folder);
}

/** A copy, so that runs and configs made while trying things do not land in the repository. */
function sampleWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-sample-'));
  cpSync(join(root, 'examples'), folder, { recursive: true });
  return folder;
}

/** Node 20 runs no TypeScript: bundles a file, leaves packages where they are, and imports it. */
async function runBundled(file, ...args) {
  const folder = join(root, 'node_modules/.cache/xmlcnn-workbench');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${basename(file, '.ts')}-${process.pid}.mjs`);
  const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' };
  await build({ ...options, entryPoints: [file], outfile, packages: 'external' });
  process.argv.splice(2, process.argv.length, ...args);
  await import(pathToFileURL(outfile).href);
}
