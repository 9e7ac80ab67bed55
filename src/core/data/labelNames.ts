/** What people call label ids: the files that say so, and which of them count. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { readLines } from '../formats/bytes.ts';
import { classNamesOf, parsedJson } from '../formats/recordFile.ts';
import { isRecord } from '../base/schema.ts';
import type { DatasetFile, ResolvedOptions, SourceOptions } from './document.ts';

/** Names of label ids, and where they are from. */
export interface LabelNames {
  /** undefined where the dataset itself holds them, or there are none. */
  file?: string;
  map: ReadonlyMap<string, string>;
  /** Why a file that was found is not used. */
  notes: string[];
}

/**
 * The names that `options` state; else those of a file beside the dataset, before those that the format brings along.
 * Throws `UserError` where what is stated, or belongs to the format, cannot be read.
 * @param own names that the dataset itself holds
 */
export async function labelNamesOf(
  dataset: DatasetFile,
  options: ResolvedOptions,
  own: ReadonlyMap<string, string> = new Map(),
): Promise<LabelNames> {
  const { labelNames } = options;
  if (labelNames !== undefined) return { file: labelNames, map: await readLabelNames(labelNames), notes: [] };
  const companion = options.format === 'xmlrepo-jsonl' ? repositoryNames(dataset.file) : undefined;
  const hub = own.size > 0 ? own : await hubNames(dataset.file, options);
  const native = companion === undefined ? hub : await readLabelNames(companion);
  const beside = await namesBeside(dataset.file, options);
  const map = beside.map.size === 0 ? native : native.size === 0 ? beside.map : new Map([...native, ...beside.map]);
  return { ...beside, file: beside.file ?? companion, map };
}

/** The label-name file that the Extreme Classification Repository's JSON lines come with. */
const repositoryNames = (file: string): string | undefined =>
  ['lbl.json', 'lbl.json.gz', 'Yf.txt'].map((name) => join(dirname(file), name)).find((path) => existsSync(path));

/** Class names in the `dataset_info.json` (or `dataset_infos.json`) of Hugging Face's sets, in the folder or the one above. */
async function hubNames(
  dataset: string,
  { labelField }: Pick<SourceOptions, 'labelField'>,
): Promise<ReadonlyMap<string, string>> {
  if (labelField === undefined) return new Map();
  const folders = [dataset, dirname(dataset), dirname(dirname(resolve(dataset)))];
  const files = folders.flatMap((folder) => ['dataset_info.json', 'dataset_infos.json'].map((n) => join(folder, n)));
  for (const file of files.filter((path) => existsSync(path))) {
    const info = parsedJson(await withFileErrors(file, () => readFile(file, 'utf8')));
    const configs = isRecord(info) ? [info, ...Object.values(info)] : [];
    const names = configs.map((config) => classNamesOf(config).get(String(labelField))).find((found) => found);
    if (names) return new Map(names.map((name, i) => [String(i), name]));
  }
  return new Map();
}

/** Found by its name only, a file may be something else: that it cannot be read is noted. */
async function namesBeside(dataset: string, options: Pick<SourceOptions, 'labelsFile'>): Promise<LabelNames> {
  try {
    const file = await findLabelNamesFile(dataset, options.labelsFile);
    const map = file === undefined ? new Map<string, string>() : await readLabelNames(file);
    return { file, map, notes: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { map: new Map(), notes: [error.describe()] };
  }
}

/** File names, without ending, that hold the names of label ids; the first that is there counts. */
const stems = ['label_names', 'label-names', 'labelnames', 'label_descriptors', 'labels', 'classes'];

export const isLabelNamesFile = (name: string): boolean =>
  new RegExp(`^(${stems.join('|')})\\.(tsv|csv|txt)(\\.gz)?$`, 'i').test(name);

/**
 * A file beside the dataset that seems to name its label ids: `label_names.tsv`, `labels.txt` and the like. Throws `UserError`.
 * @param labelsFile one that holds the labels of documents, whatever it is called
 */
export async function findLabelNamesFile(dataset: string, labelsFile?: string): Promise<string | undefined> {
  const folder = dirname(dataset);
  const isOther = (name: string): boolean => labelsFile !== undefined && resolve(folder, name) === resolve(labelsFile);
  const names = (await withFileErrors(folder, () => readdir(folder)))
    .filter(isLabelNamesFile)
    .filter((n) => !isOther(n));
  const found = stems.flatMap((stem) => names.filter((name) => name.toLowerCase().startsWith(`${stem}.`)));
  return found.length ? join(folder, found[0]) : undefined;
}

/**
 * Reads a label-name file, plain or .gz: `id<TAB>name` lines, `id,name` lines, one name a line (for ids 0, 1, …), or the
 * Extreme Classification Repository's JSON lines (`title`, for ids 0, 1, …). A heading line `id<TAB>name` is passed over.
 * A comma counts as separator only where every line has one and the parts before it are all different and without spaces.
 * Throws `UserError`.
 */
export async function readLabelNames(path: string): Promise<Map<string, string>> {
  const lines: { text: string; number: number }[] = [];
  for await (const batch of readLines(path, { form: 'guess' }))
    for (const { text, number } of batch) if (text !== undefined) lines.push({ text, number });
  while (lines.length && lines[lines.length - 1].text.trim() === '') lines.pop();
  if (lines.length === 0)
    throw new UserError('empty-file', 'The label-name file is empty', 'Name a file with one label a line.', {
      file: path,
    });
  if (lines[0].text.startsWith('{'))
    return new Map(lines.map(({ text, number }, i) => [String(i), title(text, path, number)]));
  const filled = lines.filter(({ text }) => text.trim() !== '');
  if (filled.every(({ text }) => text.includes('\t'))) return pairs(filled, '\t', path);
  if (areCommaPairs(filled.map(({ text }) => text))) return pairs(filled, ',', path);
  return new Map(lines.map(({ text }, i) => [String(i), text.trim()]));
}

function areCommaPairs(lines: string[]): boolean {
  const ids = lines.map((text) => text.split(',', 1)[0]);
  return (
    lines.every((text) => text.includes(',')) && new Set(ids).size === ids.length && !ids.some((id) => /\s/.test(id))
  );
}

function pairs(lines: { text: string; number: number }[], separator: string, file: string): Map<string, string> {
  const names = new Map<string, string>();
  lines.forEach(({ text, number }, i) => {
    const cut = text.indexOf(separator);
    const id = text.slice(0, cut).trim();
    const name = unquote(text.slice(cut + 1).trim());
    if (i === 0 && /^(label_?)?id$/i.test(id) && /^(label_?)?(name|label|title|text)$/i.test(name)) return;
    if (names.has(id))
      throw new UserError('repeated-label-id', `The label id ${id} is named twice`, 'Remove one of the lines.', {
        file,
        line: number,
      });
    names.set(id, name);
  });
  return names;
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function title(text: string, file: string, line: number): string {
  try {
    const value: unknown = (JSON.parse(text) as { title?: unknown } | null)?.title;
    if (typeof value === 'string') return value;
  } catch {
    // falls through to the one error for both
  }
  throw new UserError('malformed-record', 'Not a JSON object with a "title"', 'Fix the line.', { file, line });
}
