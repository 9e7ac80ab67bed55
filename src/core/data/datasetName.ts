import { basename, dirname, resolve } from 'node:path';
import { storedFile } from './part.ts';

/** What to call a dataset: its file name without split and extensions, or its folder's where nothing is left. */
export function datasetName(path: string): string {
  const pieces = basename(storedFile(path))
    .replace(/\.(gz|p|pkl|pickle|npy|npz|jsonl?|csv|tsv|txt|svm|arff)$/gi, '')
    .split(/[-_.\s]+/);
  const kept = pieces.filter(
    (p) =>
      p &&
      !/^(train(ing)?|trn|valid(ation)?|val|dev|test(ing)?|tst|raw|texts?|x|tr|te|jsonl?|csv|tsv|txt|arff)$/i.test(p),
  );
  if (kept.length) return kept.join('-');
  const folder = basename(dirname(resolve(path)));
  return folder || 'dataset';
}
