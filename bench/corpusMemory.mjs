// Memory that prepared data takes: generates documents of words with a power-law tail, prepares them, and tells the most that the process
// held above what it held before. Usage: node bench/corpusMemory.mjs [documents] [words of each]
import { build } from 'esbuild';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [documents, length] = [process.argv[2] ?? 100_000, process.argv[3] ?? 500].map(Number);
const bundle = resolve('node_modules/.cache/xmlcnn-bench/prepare.mjs');
mkdirSync(resolve(bundle, '..'), { recursive: true });
const contents = `export { prepareData } from './src/core/text/prepare.ts'; export { completeConfig } from './src/core/config/layers.ts';`;
await build({
  stdin: { contents, resolveDir: '.' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  packages: 'external',
  outfile: bundle,
});
const { prepareData, completeConfig } = await import(pathToFileURL(bundle).href);

const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-memory-'));
try {
  const train = join(folder, 'train.jsonl');
  await write(train);
  const config = completeConfig({ dataset: { train }, text: { maxLength: length } });
  config.output.cache = false;
  const before = process.memoryUsage.rss();
  const prepared = await prepareData(config);
  const most = process.resourceUsage().maxRSS * 1024;
  const words = prepared.train.words.length + (prepared.validation?.words.length ?? 0);
  const megabytes = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
  const { arrayBuffers } = process.memoryUsage();
  console.log(
    `${documents.toLocaleString('en')} documents, ${words.toLocaleString('en')} words, ${prepared.vocabulary.size.toLocaleString('en')} in the vocabulary: ` +
      `arrays ${megabytes(arrayBuffers)}; at most ${megabytes(most - before)} more than the process held before, ${megabytes(most)} in all`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

async function write(file) {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
  const out = createWriteStream(file);
  for (let d = 0; d < documents; d++) {
    const words = Array.from({ length }, () => `w${Math.floor(60_000 * random() ** 4)}`);
    const line = `${JSON.stringify({ id: String(d), text: words.join(' '), labels: [`l${d % 1000}`, `m${d % 700}`] })}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
