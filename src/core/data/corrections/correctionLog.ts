/**
 * The decisions of whoever went through the documents of a dataset, in a file of their own: one JSON object a line, which is
 * only ever appended to. A line is `{key, of, id, text, before, after, reason?, time}`, or `{key, undoes, time}`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { statOf, withFileErrors } from '../../base/files.ts';
import { type Infer, list, object, optional, parseJson, part, string, union } from '../../base/schema.ts';
import { contentOf, shownContent } from '../bagOfWords.ts';
import type { DatasetFile, Document, SourceOptions } from '../document.ts';

const labels = list(string());
const decisionSchema = object(part, {
  key: string(),
  /** Name of the dataset's file. */
  of: string(),
  id: string(),
  /** As `textHash` gives it. */
  text: string(),
  before: labels,
  /** The same as before where the labels were found right. */
  after: labels,
  reason: optional(string()),
  /** ISO 8601. */
  time: string(),
});
const undoSchema = object(part, { key: string(), undoes: string(), time: string() });

/** What was decided on one document. */
export type Decision = Infer<typeof decisionSchema>;
export type NewDecision = Omit<Decision, 'key' | 'of' | 'time'>;

/** The decisions on a dataset's file that have not been undone, in their order. */
export interface CorrectionLog {
  file: string;
  decisions: readonly Decision[];
  /** Lines that are no decisions, from 1: damaged, or cut off where a program was killed. */
  damaged: readonly number[];
}

export const correctionsEnding = '.corrections.jsonl';

/** Where the decisions on a dataset are kept; undefined where its options say that there are none. */
export function correctionsFileOf(
  { file, part: half }: DatasetFile,
  corrections: SourceOptions['corrections'] = true,
): string | undefined {
  if (corrections === false) return undefined;
  const path = file.replace(/[/\\]+$/, '');
  return corrections === true ? `${path}${half === undefined ? '' : `.${half}`}${correctionsEnding}` : corrections;
}

/** A file of decisions, which is no dataset. */
export const isCorrectionsFile = (name: string): boolean => name.toLowerCase().endsWith(correctionsEnding);

/** As `of` names a dataset: a file of decisions that lies elsewhere may hold those on several. */
const nameOf = ({ file, part: half }: DatasetFile): string =>
  half === undefined ? basename(file) : `${basename(file)}#${half}`;

/** Tells one text from another: a decision counts for the text that it was made on alone. */
export const textHash = (document: Pick<Document, 'text' | 'features'>): string =>
  createHash('sha256')
    .update(shownContent(contentOf(document)))
    .digest('hex')
    .slice(0, 32);

/** The decisions on a dataset; undefined where there is no file of them. Throws `UserError` where it cannot be read. */
export async function readCorrections(
  dataset: DatasetFile,
  { corrections }: Pick<SourceOptions, 'corrections'> = {},
): Promise<CorrectionLog | undefined> {
  const file = correctionsFileOf(dataset, corrections);
  if (file === undefined || !(await statOf(file))?.isFile()) return undefined;
  const name = typeof corrections === 'string' ? nameOf(dataset) : undefined;
  return parseLog(file, await withFileErrors(file, () => readFile(file, 'utf8')), name);
}

const entrySchema = union([decisionSchema, undoSchema]);

function parseLog(file: string, text: string, name: string | undefined): CorrectionLog {
  const decisions = new Map<string, Decision>();
  const damaged: number[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = parseJson(line, entrySchema);
    if (!entry) damaged.push(i + 1);
    else if ('undoes' in entry) decisions.delete(entry.undoes);
    else decisions.set(entry.key, entry);
  }
  const own = [...decisions.values()].filter(({ of }) => name === undefined || of === name);
  return { file, decisions: own, damaged };
}

const newKey = (): string => randomBytes(6).toString('hex');

/** Keeps a decision. Throws `UserError`, `corrections-off` where the dataset is to have none. */
export async function addDecision(
  dataset: DatasetFile,
  options: Pick<SourceOptions, 'corrections'>,
  decision: NewDecision,
): Promise<Decision> {
  const { id, text, before, after, reason } = decision;
  const entry = { key: newKey(), of: nameOf(dataset), id, text, before, after, ...(reason && { reason }), time: now() };
  await append(requiredFile(dataset, options), entry);
  return entry;
}

/**
 * Takes back the newest decision on a document, or on any; undefined where there is none. Throws `UserError`.
 * @param on the document: its id and the hash of its text
 */
export async function undoDecision(
  dataset: DatasetFile,
  options: Pick<SourceOptions, 'corrections'>,
  on?: Pick<Decision, 'id' | 'text'>,
): Promise<Decision | undefined> {
  const { decisions = [] } = (await readCorrections(dataset, options)) ?? {};
  const undone = decisions.findLast(({ id, text }) => on === undefined || (id === on.id && text === on.text));
  if (undone) await append(requiredFile(dataset, options), { key: newKey(), undoes: undone.key, time: now() });
  return undone;
}

const now = (): string => new Date().toISOString();

function requiredFile(dataset: DatasetFile, { corrections }: Pick<SourceOptions, 'corrections'>): string {
  const file = correctionsFileOf(dataset, corrections);
  if (file !== undefined) return file;
  throw new UserError(
    'corrections-off',
    'This dataset is read without corrections ("dataset.corrections" is false)',
    'Set "dataset.corrections" to true, or leave it out.',
    { file: dataset.file },
  );
}

/**
 * One write at the end of the file, which is then on the disk: whoever is killed leaves the lines before as they are. A line that
 * was cut off so is closed first, for it would take the new one with it.
 */
async function append(path: string, entry: object): Promise<void> {
  await withFileErrors(path, async () => {
    const file = await open(path, 'a+');
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const isTorn = size > 0 && last[0] !== 10;
      const bytes = Buffer.from(`${isTorn ? '\n' : ''}${JSON.stringify(entry)}\n`);
      for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
      await file.sync();
    } finally {
      await file.close();
    }
  });
}
