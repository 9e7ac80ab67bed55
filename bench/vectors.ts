/**
 * Memory and speed of reading word vectors: makes a file of so many GB in the temporary folder, reads it for a vocabulary of
 * 100,000 words, tells the most memory the process ever had, and deletes the file.
 * node bench/run.mjs vectors --gb 5.6 --form text|binary [--file FILE]
 */
import { createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openEmbeddings, readEmbeddings } from '../src/core/text/embeddings.ts';
import { Vocabulary } from '../src/core/text/vocabulary.ts';
import { uniformAt } from '../src/core/base/random.ts';

const { values } = parseArgs({
  options: {
    gb: { type: 'string', default: '5.6' },
    form: { type: 'string', default: 'text' },
    file: { type: 'string' },
    entry: { type: 'string' },
  },
  allowPositionals: true,
});
const dim = 300;
const kept = 100_000;
const MB = 2 ** 20;

/** Words w0, w1, …, in blocks that repeat their numbers. */
async function generate(file: string, bytes: number, isBinary: boolean): Promise<number> {
  const row = (i: number): number[] => Array.from({ length: dim }, (_, j) => uniformAt(i, j) - 0.5);
  const texts = Array.from({ length: 1000 }, (_, i) =>
    row(i)
      .map((x) => x.toFixed(5))
      .join(' '),
  );
  const binaries = Array.from({ length: 1000 }, (_, i) => Buffer.from(Float32Array.from(row(i)).buffer));
  const out = createWriteStream(file);
  const header = isBinary ? `${Math.floor(bytes / (4 * dim + 9))} ${dim}\n` : '';
  out.write(header);
  let written = 0;
  let words = 0;
  while (written < bytes) {
    const block = isBinary
      ? Buffer.concat(binaries.flatMap((vector, i) => [Buffer.from(`w${words + i} `), vector]))
      : Buffer.from(texts.map((vector, i) => `w${words + i} ${vector}\n`).join(''));
    words += 1000;
    written += block.length;
    if (!out.write(block)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return words;
}

const file = values.file ?? join(tmpdir(), `xmlcnn-vectors-${process.pid}`);
try {
  if (!values.file) await generate(file, Number(values.gb) * 1e9, values.form === 'binary');
  // every twentieth word, so that what is kept comes from all over the file
  const vocabulary = new Vocabulary(['<pad>', '<unk>', ...Array.from({ length: kept }, (_, i) => `w${i * 20}`)]);
  const before = process.resourceUsage().maxRSS / 1024;
  const begin = performance.now();
  const probed = openEmbeddings(file, dim, values.entry);
  const { report } = await readEmbeddings(probed, vocabulary);
  const seconds = (performance.now() - begin) / 1000;
  const most = process.resourceUsage().maxRSS / 1024;
  const rows = (kept * dim * 4) / MB;
  console.log(
    `${probed.form}, ${(probed.bytes / 1e9).toFixed(2)} GB stored: ${report.vectors.toLocaleString('en')} vectors, ${report.found.toLocaleString('en')} kept (${rows.toFixed(0)} MiB)`,
  );
  console.log(`${seconds.toFixed(1)} s, ${(probed.bytes / 1e6 / seconds).toFixed(0)} MB/s as stored`);
  console.log(
    `most memory of the process: ${most.toFixed(0)} MiB (${before.toFixed(0)} before reading), that is the kept rows and ${(most - rows).toFixed(0)} MiB`,
  );
} finally {
  if (!values.file) rmSync(file, { force: true });
}
