// npm run bench: bundles the measurements and runs them. Options: --quick, --engines (every engine there is, and nothing else), --threads N, --json FILE,
// --only PART (sgemm, or a setting's name; may be repeated). PyTorch is measured beside it where it is installed for `python3`, or for
// the Python that XMLCNN_PYTHON names.
// node bench/run.mjs NAME …: another measurement, bench/NAME.ts.
import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const folder = 'node_modules/.cache/xmlcnn-bench';
const [given] = process.argv.slice(2);
const name = given && !given.startsWith('-') ? given : 'main';
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [`bench/${name}.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outfile: `${folder}/${name}.mjs`,
});
await import(pathToFileURL(`${folder}/${name}.mjs`).href);
