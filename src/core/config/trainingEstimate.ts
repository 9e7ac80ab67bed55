/** How long a config trains, before it does. */
import { linearSeconds, type Machine, networkSeconds } from '../model/trainingTime.ts';
import type { RunConfig } from './runConfig.ts';
import { shapeOf } from './size.ts';

/** What is known of a training file. */
export interface CountedData {
  documents: number;
  labels: number;
  meanWords: number;
  labelsPerDocument: number;
}

export interface TrainingEstimate {
  /** Of the whole, where no early stop ends it before. */
  seconds: number;
  /** Of one epoch; a linear model has none. */
  epochSeconds?: number;
}

/**
 * Of training, once without the validation documents and, where the config asks for it, once with them; so for each of its seeds.
 * @param lastPace seconds that an epoch took in the last run of the same network on the same data
 */
export function estimateTraining(
  config: RunConfig,
  { documents, labels, meanWords, labelsPerDocument }: CountedData,
  machine: Machine,
  lastPace?: number,
): TrainingEstimate {
  const { model, dataset, text, training } = config;
  const trained = documents * (1 - drawn(dataset.test, dataset.testFraction));
  const own = Math.max(1, trained * (1 - drawn(dataset.validation, dataset.validationFraction)));
  const work = { documents: own, words: meanWords, labels, labelsPerDocument, ...machine };
  const times = training.retrainOnAll ? 1 + trained / own : 1;
  const linear = model.type === 'xml-cnn' ? 0 : times * linearSeconds(work);
  if (model.type === 'linear') return { seconds: linear };
  const { batchSize, epochs, seeds } = training;
  const seen = { ...work, words: Math.min(meanWords, text.maxLength) };
  const shape = shapeOf(config, { labelCount: labels });
  const epochSeconds = lastPace ?? networkSeconds(shape, seen, { epochs: 1, batchSize });
  return { seconds: seeds * (linear + times * epochs * epochSeconds), epochSeconds };
}

/** Share of the documents that is held out, where no file has them. */
const drawn = (file: string | undefined, fraction: number): number => (file === undefined ? fraction : 0);
