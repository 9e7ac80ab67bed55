import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { completeConfig } from '../../src/core/config/layers.ts';
import type { DatasetFormat } from '../../src/core/data/document.ts';
import { openDataset } from '../../src/core/data/openDataset.ts';
import { openInspection } from '../../src/core/explore/inspection.ts';
import { Interner } from '../../src/core/text/wordNumbers.ts';
import { readSplit } from '../../src/core/text/readSplit.ts';
import { createTokenizer } from '../../src/core/text/tokenizer.ts';
import type { Context } from '../context.ts';
import { perSecond, plain, time } from '../measure.ts';
import type { Cell, PartResult, Table } from '../report.ts';
import { eurlex, isAtHand, missing, recordsOf } from '../texts.ts';

interface Example {
  text: string;
  labels: string[];
}

interface Written {
  name: string;
  path: string;
  format: DatasetFormat;
  /** Bytes of text, unpacked. */
  bytes: number;
}

/** Megabytes a second of each format, of the same documents: reading alone, and with tokenising and numbering of the words. */
export async function reading({ quick }: Context): Promise<PartResult> {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-bench-'));
  const skipped = missing(eurlex, 'definitions of the sample');
  try {
    const documents = examples(quick ? 1500 : 6000);
    const rows: Cell[][] = [];
    for (const written of write(folder, documents)) rows.push(await measure(written, quick ? 3 : 5));
    const head = ['format', 'MB', 'reading, MB/s', 'reading and tokenising, MB/s'];
    const note =
      'MB are those of the text, unpacked where the file is packed, both files of a pair. Bags of words have no texts to tokenise.';
    return {
      tables: [
        { title: `Reading ${documents.length.toLocaleString('en')} documents`, head, rows, note },
        await counting(folder, documents, quick ? 2 : 5),
      ],
      skipped,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure({ name, path, format, bytes }: Written, runs: number): Promise<Cell[]> {
  const megabytes = bytes / 1e6;
  const read = await time(runs, 1, async () => {
    let documents = 0;
    for await (const { id } of (await openDataset({ file: path }, { format })).source)
      documents += id.length > 0 ? 1 : 0;
    if (documents === 0) throw new Error(`${path} was read as no documents`);
  });
  const bag = format === 'arff' || format === 'xmlrepo-sparse';
  const tokenised = bag ? '-' : perSecond(megabytes, await time(runs, 1, () => tokenise(path, format)));
  return [name, plain(megabytes), perSecond(megabytes, read), tokenised];
}

/** What `inspect` counts, by the calling thread alone and by as many as there are cores. */
async function counting(folder: string, documents: Example[], runs: number): Promise<Table> {
  const path = join(folder, 'large.jsonl');
  const line = ({ text, labels }: Example, i: number): string => JSON.stringify({ id: String(i), text, labels });
  let megabytes = 0;
  for (let count = 0; megabytes < 220; count += documents.length) {
    appendFileSync(path, `${documents.map((document, i) => line(document, count + i)).join('\n')}\n`);
    megabytes = statSync(path).size / 1e6;
  }
  const count = (threads?: number) => (): Promise<unknown> =>
    openInspection({ file: path }, {}, { alone: true, threads, fewestBytes: 0 }).then((inspection) =>
      inspection.read(() => {}, new AbortController().signal),
    );
  const rows: Cell[][] = [];
  for (const [name, threads] of [
    ['one core', 1],
    ['all cores', undefined],
  ] as const)
    rows.push([name, plain(megabytes), perSecond(megabytes, await time(runs, 1, count(threads)))]);
  const note = `As \`inspect\` counts JSON lines, start of the threads included; ${availableParallelism()} cores.`;
  return { title: 'Counting', head: ['by', 'MB', 'counting, MB/s'], rows, note };
}

async function tokenise(path: string, format: DatasetFormat): Promise<void> {
  const { text } = completeConfig({ dataset: { train: path } });
  const tokenizer = await createTokenizer(text);
  const words = new Interner();
  const { source } = await openDataset({ file: path }, { format });
  const known = { tokenizer, maxLength: text.maxLength, wordId: (word: string) => words.idOf(word) };
  await readSplit(source, 'train', known, {});
}

/** EURLEX57K's, else definitions of the sample strung together to the same length. */
function examples(most: number): Example[] {
  if (isAtHand(eurlex))
    return recordsOf(eurlex)
      .slice(0, most)
      .map(({ title, text, labels }) => ({ text: plainLine(`${title} ${text}`), labels }));
  const sample = readFileSync('examples/glosses/train.jsonl', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Example);
  return Array.from({ length: most }, (_, i) => ({
    labels: sample[i % sample.length].labels.map((label) => label.replace(/\s+/g, '_')),
    text: plainLine(Array.from({ length: 60 }, (_, j) => sample[(i + 7 * j) % sample.length].text).join(' ')),
  }));
}

/** What every format can hold as it is. */
const plainLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function write(folder: string, documents: Example[]): Written[] {
  const lines = (line: (document: Example, i: number) => string): string => `${documents.map(line).join('\n')}\n`;
  const file = (name: string, format: DatasetFormat, fileName: string, content: string): Written => {
    const path = join(folder, fileName);
    writeFileSync(path, content);
    return { name, path, format, bytes: Buffer.byteLength(content) };
  };
  const json = lines(({ text, labels }, i) => JSON.stringify({ id: String(i), text, labels }));
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return [
    file('JSON lines', 'jsonl', 'documents.jsonl', json),
    packed(folder, json),
    file('CSV, quoted', 'csv', 'documents.csv', `text,labels\n${lines((d) => `${quoted(d.text)},${d.labels.join('|')}`)}`),
    file('TSV', 'tsv', 'documents.tsv', `text\tlabels\n${lines((d) => `${d.text.replaceAll('"', "'")}\t${d.labels.join('|')}`)}`),
    file('fastText', 'fasttext', 'documents.train', lines((d) => `${d.labels.map((l) => `__label__${l} `).join('')}${d.text}`)),
    file('LibMultiLabel', 'libmultilabel', 'documents.txt', lines((d, i) => `${i}\t${d.labels.join(' ')}\t${d.text}`)),
    pair(folder, lines(({ text }) => text), lines(({ labels }) => labels.join(' '))),
    textFolder(folder, documents),
    ...bags(folder, documents, file),
  ]; // prettier-ignore
}

function packed(folder: string, json: string): Written {
  const path = join(folder, 'packed.jsonl.gz');
  writeFileSync(path, gzipSync(json));
  return { name: 'JSON lines, .gz', path, format: 'jsonl', bytes: Buffer.byteLength(json) };
}

function pair(folder: string, texts: string, labels: string): Written {
  const path = join(folder, 'pair_raw_texts.txt');
  writeFileSync(path, texts);
  writeFileSync(join(folder, 'pair_labels.txt'), labels);
  const bytes = Buffer.byteLength(texts) + Buffer.byteLength(labels);
  return { name: 'XMLRepo, texts and labels', path, format: 'xmlrepo-raw', bytes };
}

function textFolder(folder: string, documents: Example[]): Written {
  const path = join(folder, 'texts');
  mkdirSync(path);
  let bytes = 0;
  for (const [i, { text, labels }] of documents.entries()) {
    bytes += Buffer.byteLength(text);
    writeFileSync(join(path, `${i}.txt`), text);
    writeFileSync(join(path, `${i}.labels`), labels.join('\n'));
  }
  return { name: 'folder of texts', path, format: 'folder', bytes };
}

/** The same documents as bags of words, in both sparse formats. */
function bags(
  folder: string,
  documents: Example[],
  file: (name: string, format: DatasetFormat, fileName: string, content: string) => Written,
): Written[] {
  const [words, labels] = [new Interner(), new Interner()];
  const rows = documents.map((document) => {
    const counts = new Map<number, number>();
    for (const word of document.text.toLowerCase().match(/\w+/g) ?? []) {
      const id = words.idOf(word);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const ids = document.labels.map((label) => labels.idOf(label));
    return { counts: [...counts].sort(([a], [b]) => a - b), labels: ids.sort((a, b) => a - b) };
  });
  const sparse = rows.map((row) => `${row.labels.join(',')} ${row.counts.map(([i, n]) => `${i}:${n}`).join(' ')}`);
  const attributes = [
    ...words.names.map((_, i) => `@attribute f${i} numeric`),
    ...labels.names.map((_, i) => `@attribute l${i} {0,1}`),
  ];
  const data = rows.map((row) => {
    const features = row.counts.map(([i, n]) => `${i} ${n}`);
    return `{${[...features, ...row.labels.map((l) => `${words.size + l} 1`)].join(',')}}`;
  });
  const xml = labels.names.map((_, i) => `<label name="l${i}"></label>`).join('\n');
  writeFileSync(join(folder, 'bag.xml'), `<labels>\n${xml}\n</labels>\n`);
  const head = `${documents.length} ${words.size} ${labels.size}`;
  return [
    file('XMLRepo, sparse', 'xmlrepo-sparse', 'bag.txt', `${head}\n${sparse.join('\n')}\n`),
    file('sparse ARFF', 'arff', 'bag.arff', `@relation bag\n${attributes.join('\n')}\n@data\n${data.join('\n')}\n`),
  ];
}
