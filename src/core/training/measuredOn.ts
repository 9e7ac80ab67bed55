import type { Split } from '../base/splits.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { datasetFile, datasetName } from '../data/datasetFile.ts';

/** The documents that a run's figures on a split are of. */
export interface MeasuredOn {
  /** The same of runs whose figures can stand beside each other. */
  key: string;
  /** Of the dataset, for people. */
  name: string;
  /** Where another dataset has the same name: its file. */
  place: string;
}

/** A part that is drawn from the training file counts as the same documents, however large it is and whatever drew it. */
export function measuredOn({ dataset }: Pick<RunConfig, 'dataset'>, split: Exclude<Split, 'train'>): MeasuredOn {
  const place = dataset[split] ?? dataset.train;
  return { key: JSON.stringify([place, dataset.labelField]), name: datasetName(datasetFile(place)), place };
}
