import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import type { SourceOptions } from './document.ts';
import { readLabelNames } from './labelNames.ts';

/** Names of label ids, and where they are from. */
export interface FoundLabelNames {
  file?: string;
  map: ReadonlyMap<string, string>;
  /** Why a file that was found is not used. */
  notes: string[];
}

/** The names that `options` state, or those of a file beside the dataset. Throws `UserError` where what is stated cannot be read. */
export async function labelNamesFor(path: string, options: SourceOptions): Promise<FoundLabelNames> {
  const { labelNames, encoding } = options;
  if (labelNames !== undefined) return { file: labelNames, map: await readLabelNames(labelNames, encoding), notes: [] };
  const file = await findLabelNamesFile(path);
  if (file === undefined) return { map: new Map(), notes: [] };
  try {
    return { file, map: await readLabelNames(file, encoding), notes: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // found by its name only, it may be something else
    return { map: new Map(), notes: [error.describe()] };
  }
}

/** File names, without ending, that hold the names of label ids; the first that is there counts. */
const stems = ['label_names', 'label-names', 'labelnames', 'label_descriptors', 'labels', 'classes'];

/** A file beside the dataset that seems to name its label ids; `label_names.tsv`, `labels.txt` and the like. */
export async function findLabelNamesFile(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  const names = await withFileErrors(folder, () => readdir(folder));
  for (const stem of stems) {
    const found = names.find((name) => new RegExp(`^${stem}\\.(tsv|csv|txt)(\\.gz)?$`, 'i').test(name));
    if (found !== undefined) return join(folder, found);
  }
  return undefined;
}
