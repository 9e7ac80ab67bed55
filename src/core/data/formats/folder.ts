/**
 * One text file per document. Labels stand beside each text (`a.txt` with `a.labels`, `a.label`, `a.lab` or `a.key`, one label
 * a line; `a.tsv`, `<uri>`, a tab and its name), in a folder of labels beside that of the texts
 * (`texts/a.txt`, `labels/a.txt`), in the folder's name (`sport/a.txt`), or in one label file (`name<TAB>labels`, labels separated by `|`, `;`, `,` as found, or by further tabs).
 */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { withFileErrors } from '../../base/files.ts';
import { type LineProblem, readBytes, readLines, TornPacked } from '../../formats/bytes.ts';
import { guessEncoding } from '../../formats/encoding.ts';
import type { SourceOptions } from '../document.ts';
import { labelsOfCell, readingOfCells, type CellReading } from '../guess/cells.ts';
import type { OpenedFormat, Pass, RawRecord, RecordReader } from '../record.ts';
import { detach, passLines, splitLabels } from '../record.ts';

const besideEndings = ['.labels', '.label', '.lab', '.key', '.tsv'];
const batchSize = 64;

/** Labels of the document called `name` (its path in the folder, without ending). */
type LabelsOf = (name: string, pass: Pass) => string[] | Promise<string[]>;

/**
 * Memory: the list of file names, and the label file if there is one for all.
 * Throws `UserError` where the folder holds no text files, or there is no label file.
 */
export async function openFolder(folder: string, options: SourceOptions): Promise<OpenedFormat> {
  const labelsFile = options.labelsFile ?? findLabelsFile(folder);
  const beside = labelsFile === undefined ? await labelFolder(folder) : undefined;
  const texts = (await listTexts(folder, labelsFile)).filter((file) => !isLabelFile(folder, file, beside));
  if (texts.length === 0)
    throw new UserError(
      'no-documents',
      'The folder holds no .txt files',
      'Name a dataset file, or a folder of text files.',
      {
        file: folder,
      },
    );
  const ending = labelsFile === undefined && !beside ? endingBeside(folder, texts) : undefined;
  const isByFolder = labelsFile === undefined && !beside && ending === undefined && areByFolder(texts);
  const labelsOf = isByFolder
    ? (name: string) => [dirname(name)]
    : beside
      ? await labelsInFolder(texts, beside, options)
      : await findLabels(folder, texts, { labelsFile, ending }, options);
  let totalBytes = 0;
  for (const file of texts) totalBytes += (await withFileErrors(file, () => stat(join(folder, file)))).size;
  const encoding = options.encoding ?? (await encodingOf(folder, texts));
  const reader: RecordReader = (pass) => read(pass, folder, texts, labelsOf);
  const names = labelsFile === undefined ? await namesBesideTexts(folder, texts) : new Map<string, string>();
  return {
    ...(isByFolder && { reasons: { labelsFile: folderReason } }),
    options: { ...options, labelsFile, ...(encoding !== undefined && { encoding }) },
    form: { encoding: encoding ?? 'utf-8', lineEnd: '\n' },
    totalBytes,
    reader,
    byNumber: true,
    ...(names.size > 0 && { labelNames: names }),
  };
}

/** Text files in the folder and below, in code-point order. */
export async function listTexts(folder: string, labelsFile?: string): Promise<string[]> {
  const names = await withFileErrors(folder, () => readdir(folder, { recursive: true }));
  const isLabels = (name: string) => labelsFile !== undefined && resolve(folder, name) === resolve(labelsFile);
  const own = names.filter((name) => !basename(name).startsWith('.') && !isLabels(name));
  const texts = own.filter((name) => /\.txt(\.gz)?$/i.test(name));
  const files = texts.length > 0 ? texts : await bareFiles(folder, own);
  return files.sort((a, b) => (a < b ? -1 : 1));
}

/** Texts without an ending, as 20 Newsgroups has them: in folders below, and called by a number. */
async function bareFiles(folder: string, names: readonly string[]): Promise<string[]> {
  const bare = names.filter((name) => /^\d+(?:-\d+)?$/.test(basename(name)) && dirname(name) !== '.');
  const found: string[] = [];
  for (const name of bare) if ((await withFileErrors(name, () => stat(join(folder, name)))).isFile()) found.push(name);
  return found;
}

const textFolders =
  /^(?:raw|plain)?[-_]?(?:texts?|docs?|documents?|docsutf8|articles?|abstracts?|contents?|corpus|inputs?|txt|raw|reviews?)$/i;
const labelFolders =
  /^(?:labels?|keys?|tags?|topics?|subjects?|categor(?:y|ies)|classes|annotations?|gold|targets?|codes?)$/i;

/** A folder of labels in the folder, or beside it where it is one of texts. */
async function labelFolder(folder: string): Promise<string | undefined> {
  const inside = await foldersIn(folder);
  const own = inside.find((name) => labelFolders.test(name));
  if (own !== undefined) return inside.length > 1 ? join(folder, own) : undefined;
  if (!textFolders.test(basename(resolve(folder)))) return undefined;
  const parent = dirname(resolve(folder));
  const next = (await foldersIn(parent)).find((name) => labelFolders.test(name));
  return next === undefined ? undefined : join(parent, next);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await withFileErrors(folder, () => readdir(folder, { withFileTypes: true }));
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

const isLabelFile = (folder: string, file: string, labels: string | undefined): boolean =>
  labels !== undefined && resolve(folder, file).startsWith(resolve(labels) + sep);

/** Labels in files that are called as the texts are. Throws `UserError` where none is. */
async function labelsInFolder(texts: readonly string[], labels: string, options: SourceOptions): Promise<LabelsOf> {
  const files = new Map<string, string>();
  for (const file of (await withFileErrors(labels, () => readdir(labels, { recursive: true }))).sort())
    if (/\.(?:txt|labels?|lab|keys?|tsv|csv)$/i.test(file) && !basename(file).startsWith('.'))
      files.set(file.replace(/\.\w+$/, '').replaceAll(sep, '/'), file);
  const fileOf = (name: string): string | undefined => files.get(name) ?? files.get(name.replace(/^[^/]*\//, ''));
  if (!texts.some((text) => fileOf(documentName(text)) !== undefined))
    throw new UserError(
      'no-labels-file',
      'No file in the folder of labels is called as a text is',
      'Name a label file with "labelsFile".',
      { file: labels },
    );
  return async (name, pass) => {
    const file = fileOf(name);
    return file === undefined ? [] : labelsInFile(join(labels, file), extname(file), pass, options);
  };
}

/** Labels of a file for one document: as they stand, line by line. */
async function labelsInFile(file: string, ending: string, pass: Pass, options: SourceOptions): Promise<string[]> {
  const labels: string[] = [];
  for await (const lines of passLines(pass, file, false))
    for (const { text = '' } of lines) labels.push(...labelsOfBeside(text, ending, options).map(({ id }) => id));
  return labels;
}

function documentName(file: string): string {
  return file.replace(/\.txt(\.gz)?$/i, '').replaceAll(sep, '/');
}

/** `labels.tsv`, `labels.csv`, `labels.txt` in the folder, or `<folder>.labels`, `<folder>_labels.tsv` beside it. */
function findLabelsFile(folder: string): string | undefined {
  const name = basename(folder);
  const inside = ['labels.tsv', 'labels.csv', 'labels.txt'].map((file) => join(folder, file));
  const next = textFolders.test(basename(resolve(folder))) ? ['labels.tsv', 'labels.csv'] : [];
  const beside = [...next, `${name}.labels`, `${name}_labels.tsv`, `${name}_labels.csv`, `${name}_labels.txt`];
  return [...inside, ...beside.map((file) => join(dirname(folder), file))].find((file) => existsSync(file));
}

async function findLabels(
  folder: string,
  texts: string[],
  { labelsFile, ending }: { labelsFile?: string; ending?: string },
  options: SourceOptions,
): Promise<LabelsOf> {
  if (labelsFile !== undefined) {
    const table = await readLabelTable(labelsFile, options);
    const own = (name: string): string[] | undefined => table.get(name) ?? table.get(name.replace(/^.*\//, ''));
    if (!texts.some((text) => own(documentName(text)) !== undefined))
      throw new UserError(
        'no-labels-file',
        `The label file names none of the ${texts.length} texts, of which ${documentName(texts[0])} is the first`,
        'Begin each line with the name of a text, with or without .txt, and a tab or comma.',
        { file: labelsFile },
      );
    return (name) => own(name) ?? [];
  }
  if (ending === undefined)
    throw new UserError(
      'no-labels-file',
      'There is no label file in or beside the folder, and the texts do not stand in a folder for each label',
      'Name the label file with "labelsFile".',
      {
        file: folder,
      },
    );
  return async (name, pass) => {
    const file = join(folder, name + ending);
    return existsSync(file) ? labelsInFile(file, ending, pass, options) : [];
  };
}

const folderReason = 'there is no label file: the folder of a text is its label';

/** Whether every text stands in one of several folders, each with some texts, as scikit-learn's `load_files` has them. */
function areByFolder(texts: readonly string[]): boolean {
  const folders = new Set(texts.map((text) => dirname(documentName(text))));
  return !folders.has('.') && folders.size > 1 && texts.length >= folders.size * 2;
}

/** The ending of the files of labels beside the texts; undefined where there are none. */
const endingBeside = (folder: string, texts: readonly string[]): string | undefined =>
  besideEndings.find((ending) => texts.some((text) => existsSync(join(folder, documentName(text) + ending))));

interface NamedLabel {
  id: string;
  name?: string;
}

/** A line of a file beside a text: `<uri>` and its name between tabs (Annif), else labels as they stand. */
function labelsOfBeside(line: string, ending: string, { labelSeparator }: SourceOptions): NamedLabel[] {
  const uri = /^\s*<([^<>]+)>\s*(?:\t([^\t]*))?/.exec(line);
  if (uri) return [{ id: detach(uri[1]), name: uri[2]?.trim() || undefined }];
  const text = ending === '.tsv' ? line.split('\t', 1)[0] : line;
  return splitLabels(text, labelSeparator).map((id) => ({ id }));
}

/** Names of the labels that stand in files beside the texts. */
async function namesBesideTexts(folder: string, texts: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const text of texts) {
    const file = join(folder, `${documentName(text)}.tsv`);
    if (!existsSync(file)) continue;
    for await (const lines of readLines(file, { form: 'guess', onProblem: () => {} }))
      for (const { text = '' } of lines)
        for (const { id, name } of labelsOfBeside(text, '.tsv', {})) if (name !== undefined) names.set(id, name);
  }
  return names;
}

async function readLabelTable(file: string, options: SourceOptions): Promise<Map<string, string[]>> {
  const rows: { name: string; labels: string }[] = [];
  for await (const lines of readLines(file, { form: 'guess' }))
    for (const { text = '' } of lines) {
      if (text.trim() === '') continue;
      const cut = text.search(/[\t,]/);
      const name = (cut < 0 ? text : text.slice(0, cut)).trim().replace(/\.txt(\.gz)?(?="?$)/i, '');
      rows.push({ name: unquoted(name), labels: cut < 0 ? '' : unquoted(text.slice(cut + 1).trim()) });
    }
  const reading = tableReading(rows, options);
  const table = new Map<string, string[]>();
  for (const { name, labels } of rows) {
    const found = labelsOfCell(labels, reading).map(detach);
    table.set(name, [...new Set([...(table.get(name) ?? []), ...found])]);
  }
  return table;
}

/** A field of a CSV file. */
const unquoted = (field: string): string =>
  /^"[^]*"$/.test(field) && field.length > 1 ? field.slice(1, -1).replaceAll('""', '"') : field;

/** Labels between further tabs, else as the cells show; a document may stand on several lines. */
function tableReading(rows: readonly { labels: string }[], { labelSeparator }: SourceOptions): CellReading {
  const cells = rows.map(({ labels }) => labels);
  if (labelSeparator === 'none') return { style: 'whole' };
  if (labelSeparator !== undefined) return { style: 'separated', separator: labelSeparator };
  return cells.some((cell) => cell.includes('\t')) ? { style: 'separated', separator: '\t' } : readingOfCells(cells);
}

async function* read(
  pass: Pass,
  folder: string,
  texts: string[],
  labelsOf: LabelsOf,
): AsyncGenerator<RawRecord[], void> {
  let records: RawRecord[] = [];
  let bytes = 0;
  const { first, count } = pass.stretch ?? { first: 1, count: texts.length };
  for (const [i, file] of texts.slice(first - 1, first - 1 + count).entries()) {
    const path = join(folder, file);
    const name = documentName(file);
    const text = await readText(pass, path);
    bytes += (await withFileErrors(path, () => stat(path))).size;
    pass.bytesRead = bytes;
    if (text !== undefined)
      records.push({
        id: name,
        text,
        labels: await labelsOf(name, pass),
        line: 0,
        number: first + i,
        byte: 0,
        stop: 0,
      });
    if (records.length < batchSize) continue;
    yield records;
    records = [];
  }
  yield records;
}

/** What the texts are written in, by the beginnings of some; undefined for UTF-8. */
async function encodingOf(folder: string, texts: readonly string[]): Promise<string | undefined> {
  const parts: Buffer[] = [];
  const step = Math.max(1, Math.floor(texts.length / 100));
  for (let i = 0; i < texts.length; i += step)
    try {
      for await (const chunk of readBytes(join(folder, texts[i]))) {
        parts.push(chunk.subarray(0, 4096), Buffer.from('\n'));
        break;
      }
    } catch (error) {
      if (!(error instanceof TornPacked)) throw error; // reported when the file is read
    }
  const { encoding } = guessEncoding(Buffer.concat(parts));
  return encoding === 'utf-8' || encoding.startsWith('utf-16') ? undefined : encoding;
}

/** The whole file, or undefined where a part of it could not be read (which the findings then report). */
async function readText(pass: Pass, path: string): Promise<string | undefined> {
  const skippedBefore = pass.findings.skipped;
  const parts: string[] = [];
  const onProblem = ({ code, line, byte, message }: LineProblem): void =>
    pass.findings.reject({ code, file: path, line, byte, message });
  const { encoding } = pass.form;
  for await (const lines of readLines(path, { form: { encoding }, onProblem }))
    for (const { text = '', end } of lines) parts.push(text, end);
  return pass.findings.skipped > skippedBefore ? undefined : parts.join('').trimEnd();
}
