import { basename, dirname, resolve } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { makeFolder, writeFileAtomic } from '../base/files.ts';
import { type NetworkShape, parameterCount, type Weights } from '../model/network.ts';
import { identityOfNames, recipeOf, writeWeights } from './checkpoint.ts';
import { exists, runExists, runPaths, type StoredLabels, writeRunFiles } from './runFolder.ts';
import { type Best, initialState } from './trainingState.ts';
import type { Summary } from './runSummary.ts';

interface ImportedRun {
  config: RunConfig;
  /** `<pad>` and `<unk>` included. */
  words: string[];
  labels: StoredLabels;
  shape: NetworkShape;
  weights: Weights;
  /** Epochs that the weights were trained for, as far as known. */
  epochs: number;
  /** The best of these, where more is known of it than that it was the last. */
  best?: Best;
  /** What trained them. */
  origin: string;
}

/**
 * Makes a run folder of weights that were trained elsewhere: it predicts, explains and is evaluated as any other.
 * Throws `UserError` `run-exists`.
 */
export async function writeImportedRun(folder: string, run: ImportedRun): Promise<void> {
  const paths = runPaths(folder);
  if (await exists(paths.config)) throw runExists(paths.folder);
  const { words, labels, shape, weights, epochs, origin, best = { epoch: epochs } } = run;
  const output = { ...run.config.output, folder: dirname(resolve(folder)), name: basename(paths.folder) };
  const config = { ...run.config, output };
  await makeFolder(paths.checkpoints);
  await writeWeights(paths.checkpoint('best'), weights, {
    seed: config.training.seed,
    recipe: recipeOf(config, shape),
    ...identityOfNames(words, labels),
    data: '',
    shape,
    build: origin,
    step: 0,
    state: { ...initialState(), epoch: epochs, best },
  });
  const summary: Summary = {
    stopped: 'finished',
    epochs,
    best,
    monitor: config.training.monitor,
    baselines: [],
    documents: { train: labels.trainDocuments, validation: 0, test: 0 },
    labels: labels.outputs,
    vocabulary: words.length,
    parameters: parameterCount(shape),
    engine: { name: origin, build: origin },
    seconds: 0,
    finishedAt: new Date().toISOString(),
  };
  await writeRunFiles(paths, { config, words, labels }); // last: a folder without them is no run
  await writeFileAtomic(paths.summary, `${JSON.stringify(summary, null, 2)}\n`);
}
