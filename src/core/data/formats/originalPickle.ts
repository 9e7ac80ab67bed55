/**
 * The pickle of the original program: `[train, test, vocabulary, categories]`, documents being dicts with `text`, `catgy`
 * (numbers of categories) and `num`. Read whole; texts stay in the bytes of the file until they are asked for.
 */
import { UserError } from '../../base/errors.ts';
import { readPickle } from '../../formats/pickle.ts';
import { PyDict, listOf, textOf, wholeOf, type PyValue } from '../../formats/pythonValues.ts';
import { readWhole } from '../../formats/binaryFiles.ts';
import type { DatasetFile, SourceOptions } from '../document.ts';
import type { OpenedFormat, RawRecord } from '../record.ts';
import { Malformed } from '../record.ts';
import { stampOf } from '../slices.ts';
import { remembered } from '../remembered.ts';
import { readRows } from './rowSets.ts';

interface OriginalPickle {
  train: PyValue[];
  test: PyValue[];
  categories: Map<string, string>;
}

/** Throws `UserError` `damaged-pickle`, `refused-pickle`, `not-a-seed-pickle`. */
export async function openOriginalPickle({ file, part }: DatasetFile, options: SourceOptions): Promise<OpenedFormat> {
  const { train, test, categories } = await remembered(file, () => parse(file));
  const documents = part === 'train' ? train : part === 'test' ? test : [...train, ...test];
  const isNumbered = hasOwnNumbers(documents);
  const at = (i: number) => parseDocument(documents[i], isNumbered);
  const rows = { count: documents.length, bytes: (await stampOf(file)).size, at };
  return { options, labelNames: categories, reader: (pass) => readRows(pass, file, rows), byNumber: true };
}

/** The splits in it that have documents. Throws `UserError` as `openOriginalPickle`. */
export async function pickleParts(file: string): Promise<('train' | 'test')[]> {
  const { train, test } = await remembered(file, () => parse(file));
  return [...(train.length ? (['train'] as const) : []), ...(test.length ? (['test'] as const) : [])];
}

async function parse(file: string): Promise<OriginalPickle> {
  const { value } = readPickle(await readWhole(file), { file });
  const parts = listOf(value);
  const [train, test] = [listOf(parts?.[0]), listOf(parts?.[1])];
  if (!parts || parts.length !== 4 || !train || !test) throw notOriginal(file);
  const first = train[0] ?? test[0];
  if (!(first instanceof PyDict) || !first.has('text') || !first.has('catgy')) throw notOriginal(file);
  return { train, test, categories: categoryNames(parts[3]) };
}

const notOriginal = (file: string): UserError =>
  new UserError(
    'not-a-seed-pickle',
    'This pickle is no dataset: it is not [train, test, vocabulary, categories] with documents of "text" and "catgy"',
    'Name another file, or write the dataset as JSON lines.',
    { file },
  );

/** Names by number: a list, or a dict from either to the other. */
function categoryNames(value: PyValue): Map<string, string> {
  const pairs: [unknown, unknown][] =
    value instanceof PyDict ? [...value] : (listOf(value) ?? []).map((name, i) => [i, name]);
  const names = new Map<string, string>();
  for (const [key, other] of pairs) {
    const [number, name] = typeof key === 'string' ? [other, key] : [key, textOf(other as PyValue)];
    if (typeof number === 'number' && name !== undefined) names.set(String(number), name);
  }
  return names;
}

/** Whether `num` is distinct for each document. */
function hasOwnNumbers(documents: readonly PyValue[]): boolean {
  const numbers = new Set<unknown>();
  for (const document of documents) {
    const number = document instanceof PyDict ? wholeOf(document.get('num')) : undefined;
    if (number === undefined || numbers.has(number)) return false;
    numbers.add(number);
  }
  return true;
}

function parseDocument(document: PyValue, isNumbered: boolean): Pick<RawRecord, 'id' | 'text' | 'labels'> {
  if (!(document instanceof PyDict)) throw new Malformed('This is no dict of "text" and "catgy"');
  const text = textOf(document.get('text'));
  if (text === undefined) throw new Malformed('The document has no "text"');
  const categories = listOf(document.get('catgy'));
  if (!categories) throw new Malformed('The document has no list "catgy"');
  const labels = categories.map((category) => {
    const label = textOf(category) ?? wholeOf(category);
    if (label === undefined) throw new Malformed('A category is neither a number nor a name');
    return String(label);
  });
  return { id: isNumbered ? String(wholeOf(document.get('num'))) : undefined, text, labels };
}
