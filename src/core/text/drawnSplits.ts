/** Which documents of its dataset a run trains on, chooses its epoch by, and is tested on. */
import { Stream } from '../base/random.ts';
import type { Split } from '../base/splits.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { type DatasetFile, pathOf } from '../data/document.ts';
import { randomSplit, stratifiedSplit } from '../data/split.ts';

/** The documents of a training file with their labels, numbered in order of first appearance. */
interface LabelledDocuments {
  readonly size: number;
  readonly labelNames: { readonly size: number };
  /** Label numbers of document i. */
  labelLists(): (i: number) => ArrayLike<number>;
}

/** The splits by the numbers that `drawSplits` gives. */
export const drawnSplits = ['train', 'validation', 'test'] as const satisfies readonly Split[];

/** Shares of the training file that are held out of training: none where a file is named for the split. */
export function heldShares({ dataset }: Pick<RunConfig, 'dataset'>): Record<'validation' | 'test', number> {
  const { validation, validationFraction, test, testFraction } = dataset;
  return {
    validation: validation === undefined ? validationFraction : 0,
    test: test === undefined ? testFraction : 0,
  };
}

/** What the held-out documents are drawn by. */
export const splitSeedOf = ({ dataset, training }: Pick<RunConfig, 'dataset' | 'training'>): number =>
  dataset.splitSeed ?? training.seed;

/** The splits that the dataset of a run has. */
export function splitsOf(config: RunConfig): Split[] {
  const held = heldShares(config);
  const others = (['test', 'validation'] as const).filter(
    (split) => config.dataset[split] !== undefined || held[split] > 0,
  );
  return [...others, 'train'];
}

/** The split that is all of a file: none for a training file that a part is held out of. */
export function splitOfFile(config: RunConfig, given: DatasetFile): Split | undefined {
  const { dataset } = config;
  const file = pathOf(given);
  if (file === dataset.test) return 'test';
  if (file === dataset.validation) return 'validation';
  const held = heldShares(config);
  return file === dataset.train && held.validation === 0 && held.test === 0 ? 'train' : undefined;
}

/** What a run has had of a split before it was measured on it; undefined for documents that are new to it. */
export type Seen = 'trained-on' | 'chose-epoch';

export function seenOf({ training }: Pick<RunConfig, 'training'>, split: Split | undefined): Seen | undefined {
  if (split === 'train' || (split === 'validation' && training.retrainOnAll)) return 'trained-on';
  return split === 'validation' ? 'chose-epoch' : undefined;
}

/**
 * For each document of the training file the number of its split. Those of test are drawn first, from all; those of
 * validation from what is left, so that a test set stays as it is whatever is held out for validation.
 */
export function drawSplits(documents: LabelledDocuments, config: RunConfig): Uint8Array {
  const drawn = new Uint8Array(documents.size);
  const shares = heldShares(config);
  for (const split of ['test', 'validation'] as const) {
    const left = Uint32Array.from(drawn.keys()).filter((i) => drawn[i] === 0);
    if (shares[split] === 0 || left.length < 2) continue;
    const number = drawnSplits.indexOf(split);
    const chosen = held(documents, left, config, shares[split], split);
    for (const i of chosen.subarray(0, left.length - 1)) drawn[left[i]] = number; // one is left to train on
  }
  return drawn;
}

/** Positions in `left` of those that are held out. */
function held(
  documents: LabelledDocuments,
  left: Uint32Array,
  config: RunConfig,
  share: number,
  split: 'validation' | 'test',
): Uint32Array {
  const { dataset } = config;
  const seed = splitSeedOf(config);
  const stream = split === 'test' ? Stream.testSplit : Stream.split;
  if (dataset.split === 'random') return randomSplit(left.length, share, seed, stream).held;
  const labelsOf = documents.labelLists();
  const labelsOfLeft = (i: number): ArrayLike<number> => labelsOf(left[i]);
  return stratifiedSplit(labelsOfLeft, left.length, documents.labelNames.size, share, seed, stream).held;
}
