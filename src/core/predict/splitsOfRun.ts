// Apart from runDocuments.ts, for the editor asks this without an engine.
import type { RunConfig } from '../config/runConfig.ts';
import type { Split } from '../base/splits.ts';
import { type DatasetFile, pathOf } from '../data/document.ts';

/** The splits that the dataset of a run has. */
export function splitsOf({ dataset }: RunConfig): Split[] {
  const splits: Split[] = dataset.test === undefined ? [] : ['test'];
  if (dataset.validation !== undefined || dataset.validationFraction > 0) splits.push('validation');
  return [...splits, 'train'];
}

/** The split that is all of a file: none for a training file that a part is held out of. */
export function splitOfFile({ dataset }: RunConfig, given: DatasetFile): Split | undefined {
  const file = pathOf(given);
  if (file === dataset.test) return 'test';
  if (file === dataset.validation) return 'validation';
  const isWhole = dataset.validation !== undefined || dataset.validationFraction === 0;
  return file === dataset.train && isWhole ? 'train' : undefined;
}
