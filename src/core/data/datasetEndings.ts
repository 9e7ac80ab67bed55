/**
 * How files of datasets are named. All lists of endings are made from this one, those of the manifest too
 * (scripts/derived.mjs).
 */
import type { Split } from '../base/splits.ts';

/** What a part of a file's name says of its split: `cooking.valid`, `bibtex-test.arff`. */
export const splitWords: Record<string, Split> = {
  train: 'train',
  training: 'train',
  trn: 'train',
  validation: 'validation',
  validate: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  devel: 'validation',
  development: 'validation',
  test: 'test',
  testing: 'test',
  tst: 'test',
};

/** Of files of text with a record a line. */
const rows = ['jsonl', 'ndjson', 'csv', 'tsv', 'tab'];
/** Of other files that hold documents whatever they are called. */
const others = ['arff', 'svm', 'libsvm', 'parquet', 'arrow', 'feather', 'xlsx', 'p', 'pkl', 'pickle'];
/** Of files that may be anything: they must name a split, matrices `x`. */
const doubtful = ['txt', 'json', 'npy', 'npz'];

export const rowEndings: readonly string[] = [...rows, ...Object.keys(splitWords)];
export const sureEndings: readonly string[] = [...rows, ...others];
/** Without `gz`, which may follow each of them. */
export const datasetEndings: readonly string[] = [...rows, ...others, ...doubtful, ...Object.keys(splitWords)];

/** Files of a workspace that may be datasets, for a search by name. */
export const datasetGlob = `**/*.{${[...datasetEndings, 'gz'].join()}}`;

/** Names with one of these endings, packed or not. */
export const namesEndingIn = (endings: readonly string[]): RegExp =>
  new RegExp(`\\.(${endings.join('|')})(\\.gz)?$`, 'i');

/** A file that is one of several. */
interface Shard {
  /** The name without number: that of the split. */
  plain: string;
  /** Counted from 0, as the files are. */
  number: number;
  of: number;
}

/** With the hash that the Hugging Face hub once put behind the number, other in each file. */
const numbered = /^(.*?)[-_.]?(?<!\d)(\d{1,6})-of-(\d{1,6})(?:-[0-9a-f]{16})?(\.[^/\\]*)?$/i;

export function shardOf(name: string): Shard | undefined {
  const match = numbered.exec(name);
  if (!match) return undefined;
  const [, stem, number, of, ending = ''] = match;
  return { plain: `${stem}${ending.replace(/\.gz$/i, '')}`, number: Number(number), of: Number(of) };
}

/** Of files that no text editor shows, packed ones beside them: a double click inspects them. */
const unreadable = ['parquet', 'arrow', 'feather'];

const endingIn = (endings: readonly string[]): string => `\\.(${endings.join('|')})`;
const splitEndings = endingIn(Object.keys(splitWords)).slice(2);

/** Whether a file is one of those. */
export const isUnreadable = (file: string): boolean =>
  new RegExp(`${endingIn(unreadable)}$|${endingIn(datasetEndings)}\\.gz$`, 'i').test(file);

/** The condition of a `when` clause: a folder, or a file that may hold documents. */
const clause = `explorerResourceIsFolder || resourceExtname =~ /^${endingIn([...datasetEndings, 'gz'])}$/i`;

/** A file that is open, and says by its name that it holds documents: other text and JSON is nothing to offer a button for. */
const titleClause = [
  `resourceScheme == file && !isInDiffEditor && activeCustomEditorId != xmlcnn.inspect && activeCustomEditorId != xmlcnn.inspectPacked`,
  `resourceFilename =~ /(${endingIn([...sureEndings, ...Object.keys(splitWords)])}|(^|[-_.])${splitEndings}\\.(txt|json))(\\.gz)?$/i`,
].join(' && ');

interface Manifest {
  contributes: {
    menus: Record<string, { command: string; when?: string }[]>;
    customEditors: { viewType: string; selector: { filenamePattern: string }[] }[];
  };
}

const patterns: Record<string, string[]> = {
  'xmlcnn.inspect': [`*.{${datasetEndings.filter((ending) => !unreadable.includes(ending)).join()}}`],
  'xmlcnn.inspectPacked': [`*.{${unreadable.join()}}`, `*.{${datasetEndings.join()}}.gz`],
};

/** The manifest with this list in the conditions of menus that are for datasets, and in what custom editors are for. */
export function withDatasetClauses(manifest: Manifest): Manifest {
  const { menus, customEditors } = manifest.contributes;
  for (const item of Object.values(menus).flat())
    item.when = item.when?.replace(/explorerResourceIsFolder \|\| resourceExtname =~ \/\S*\/i/, () => clause);
  for (const item of menus['editor/title']) if (item.command === 'xmlcnn.inspectDataset') item.when = titleClause;
  for (const editor of customEditors)
    editor.selector = patterns[editor.viewType].map((filenamePattern) => ({ filenamePattern }));
  return manifest;
}
