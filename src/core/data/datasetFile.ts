/** What the path of a dataset says. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { DatasetFile } from './document.ts';
import { datasetEndings, namesEndingIn, shardOf, splitWords } from './datasetEndings.ts';

/** Reads what configs, command lines and URIs write: `rcv.p#train`. A file whose own name ends so is a file like any other. */
export function datasetFile(path: string): DatasetFile {
  const match = /^(.+)#(train|test)$/s.exec(path);
  if (!match || existsSync(path)) return { file: path };
  return { file: match[1], part: match[2] as DatasetFile['part'] };
}

export const isSameDataset = (a: DatasetFile, b: DatasetFile): boolean =>
  a.part === b.part && resolve(a.file) === resolve(b.file);

const notOfNames = new Set([
  ...Object.keys(splitWords),
  ...['raw', 'text', 'texts', 'x', 'tr', 'te', 'json', 'jsonl', 'csv', 'tsv', 'txt', 'arff'],
]);

/** What to call a dataset: its file name without split and endings, or its folder's where nothing is left. */
export function datasetName({ file }: DatasetFile): string {
  const own = basename(file);
  const name = (shardOf(own)?.plain ?? own).replace(/\.gz$/i, '').replace(namesEndingIn(datasetEndings), '');
  const kept = name.split(/[-_.\s]+/).filter((piece) => piece && !notOfNames.has(piece.toLowerCase()));
  return kept.join('-') || basename(dirname(resolve(file))) || 'dataset';
}
