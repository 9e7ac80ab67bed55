/** What prepared data depends on, as one hash. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { preparedText } from '../config/preparedText.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { correctionsFileOf } from '../data/corrections/correctionLog.ts';
import { matrixCompanions } from '../data/formats/numpy.ts';
import { findLabelsFile } from '../data/formats/xmlrepoRaw.ts';
import { splitSeedOf } from './drawnSplits.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { firstFileOf, splitParts } from '../data/shards.ts';
import type { DatasetFile } from '../data/document.ts';
import { isLabelNamesFile } from '../data/labelNames.ts';
import { Cancelled } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { statOf, withFileErrors } from '../base/files.ts';
import { isRecord } from '../base/schema.ts';
import { segmenterVersion } from './segmenter.ts';

/** Raise it whenever the same input gives other prepared data, or the entry's layout changes. */
const formatVersion = 4;

/** State of a file by the file system: cheap, and enough to see a change during a run. */
interface FileState {
  path: string;
  size: number;
  mtime: number;
}

/** Every file that `prepareData` reads for this config, companions that are found by name included. */
export async function inputFiles({ dataset, embedding }: RunConfig): Promise<FileState[]> {
  const files = new Set<string>();
  for (const path of [dataset.train, dataset.validation, dataset.test])
    if (path !== undefined) for (const file of await filesOf(datasetFile(path), dataset)) files.add(file);
  for (const path of [dataset.labelsFile, dataset.labelNames, embedding.file]) if (path !== undefined) files.add(path);
  return Promise.all([...files].map(stateOf));
}

async function filesOf(dataset: DatasetFile, { corrections }: RunConfig['dataset']): Promise<string[]> {
  const kept = correctionsFileOf(await firstFileOf(dataset), corrections);
  const files = await dataFilesOf(dataset);
  return kept !== undefined && (await statOf(kept)) ? [...files, kept] : files;
}

async function dataFilesOf({ file: path }: DatasetFile): Promise<string[]> {
  const found = await withFileErrors(path, () => stat(path));
  if (!found.isDirectory()) return [...(await splitParts(path)).files, ...(await companions(path))];
  const entries = await withFileErrors(path, () => readdir(path, { recursive: true, withFileTypes: true }));
  const inside = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return [...inside.sort(), ...(await companions(path))];
}

/** Files that core/data finds by their names beside a dataset: labels of raw pairs and folders, label names. */
async function companions(path: string): Promise<string[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const beside = ['lbl.json', 'lbl.json.gz', 'Yf.txt', `${name}.labels`].concat(
    ['tsv', 'csv', 'txt'].map((ending) => `${name}_labels.${ending}`),
  );
  const labels = findLabelsFile(path);
  const siblings = await readdir(folder).catch(() => []); // no names of labels are read where nobody may look
  const there = [...beside, ...siblings.filter(isLabelNamesFile)]
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file));
  if (/\.np[yz]$/i.test(name)) there.push(...matrixCompanions(path));
  return labels === undefined ? there : [labels, ...there];
}

async function stateOf(path: string): Promise<FileState> {
  const { size, mtimeMs } = await withFileErrors(path, () => stat(path));
  return { path, size, mtime: mtimeMs };
}

/** Whether all files are as they were. */
export async function unchanged(files: FileState[]): Promise<boolean> {
  for (const file of files) {
    const now = await statOf(file.path);
    if (now?.size !== file.size || now.mtimeMs !== file.mtime) return false;
  }
  return true;
}

/**
 * SHA-256 over the parts of the config that matter, the format version, and path, size, time and content of every file.
 * Contents are read in full: time stamps alone miss a file that was rewritten within their resolution or with its old time.
 */
export async function cacheKey(
  config: RunConfig,
  files: FileState[],
  { signal, onProgress }: WorkOptions = {},
): Promise<string> {
  const { embedding } = config;
  const dataset = { ...config.dataset, splitSeed: undefined }; // goes in as the seed
  const text = preparedText(config);
  const hash = createHash('sha256');
  const depends = { formatVersion, unicode: process.versions.unicode, endianness: endianness() };
  hash.update(
    canonical({
      ...depends,
      dataset,
      text: { ...text, segmenterVersion: text.tokenizer === 'segmenter' ? segmenterVersion() : undefined },
      vectors: vectorsOf(embedding),
      seed: splitSeedOf(config),
    }),
  );
  for (const file of files) {
    const { path, size: total } = file;
    const onBytes = (done: number): void =>
      onProgress?.({ phase: 'preparing', file: path, done, total, unit: 'bytes' });
    const content = await contentHash(path, signal, onBytes);
    hash.update(canonical({ ...file, content }));
  }
  return hash.digest('hex');
}

/** What the rows read from a file of word vectors depend on. */
const vectorsOf = ({ file, entry, dim, lowercaseFallback }: RunConfig['embedding']): object =>
  file === undefined ? {} : { file, entry, dim, lowercaseFallback };

/** JSON with sorted keys: the order in which a config was put together does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

async function contentHash(
  path: string,
  signal: AbortSignal | undefined,
  onBytes: (done: number) => void,
): Promise<string> {
  return withFileErrors(path, async () => {
    const hash = createHash('sha256');
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(1024 * 1024);
      for (let total = 0; ;) {
        if (signal?.aborted) throw new Cancelled();
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return hash.digest('hex');
        hash.update(buffer.subarray(0, bytesRead));
        onBytes((total += bytesRead));
      }
    } finally {
      await file.close();
    }
  });
}
