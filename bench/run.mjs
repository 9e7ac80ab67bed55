// npm run bench: bundles the measurements and runs them. Options:
//   --only PART       a part of the suite (may be repeated): sgemm, eurlex57k, reuters, labels, threads, reading, latency, start-up, memory, engines
//   --quick           fewer repeats and smaller files
//   --threads N       threads of the engine where they are not what is measured; all cores where absent
//   --json FILE, --markdown FILE    the results, beside what is printed
//   --record          puts them into bench/recorded.json, which later runs are compared with, and into bench/RESULTS.md
// PyTorch is measured beside it where it is installed for `python3`, or for the Python that XMLCNN_PYTHON names. What needs a dataset that
// is not at hand is skipped by name.
// node bench/run.mjs NAME …: another measurement, bench/NAME.ts.
import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = 'node_modules/.cache/xmlcnn-bench';
const [given] = process.argv.slice(2);
const name = given && !given.startsWith('-') ? given : 'main';
mkdirSync(folder, { recursive: true });
/** TensorFlow.js has gradients of its operations in files that Node cannot load as they are. */
const gradients = {
  name: 'gradients',
  setup: ({ onResolve }) =>
    onResolve({ filter: /register_all_gradients$/ }, ({ path }) => ({ path: resolve('node_modules', `${path}.js`) })),
};
await build({
  entryPoints: [`bench/${name}.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  plugins: [gradients],
  outfile: `${folder}/${name}.mjs`,
});
// what threads run that count documents, where they look for it: beside the code that starts them
await build({
  entryPoints: ['src/core/explore/pieces/pieceWorker.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outfile: `${folder}/pieceWorker.js`,
});
await import(pathToFileURL(`${folder}/${name}.mjs`).href);
