import { availableParallelism } from 'node:os';
import { Cancelled } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { Machine } from '../engine/wasm/machine.ts';
import { documentsByLabel } from '../linear/featureMatrix.ts';
import { findFeatures } from '../linear/features.ts';
import { type LabelWeights, prune } from '../linear/keptWeights.ts';
import { LinearModel } from '../linear/linearModel.ts';
import { LinearSolver } from '../linear/solver.ts';
import { usualSlope } from '../linear/slope.ts';
import { Evaluator, type EvaluatorOptions } from '../metrics/evaluator.ts';
import type { Metrics } from '../base/metrics.ts';
import { type Corpus, labelsOf } from '../text/corpus.ts';
import { scoreCorpus } from './corpusBatches.ts';
import { setImmediate } from 'node:timers/promises';

/** The preset `linear`, over the words that the run reads. */
const settings = { ngrams: 2, minWordLength: 1, minDocuments: 2, maxFeatures: 300_000, sublinear: true };

/** A baseline may take so long. */
export const mostSeconds = 60;

interface BaselineOptions extends EvaluatorOptions, WorkOptions {
  /** By id. */
  words: readonly string[];
  /** Labels that training documents have: those with ids below this. */
  outputs: number;
  /** All cores where absent. */
  threads?: number;
}

/** A linear model's figures, as the preset trains it; nothing is fitted on validation. Throws `Cancelled`. */
export async function linearBaseline(
  train: Corpus,
  test: Corpus,
  { words, outputs, threads = availableParallelism(), signal, onProgress, ...judging }: BaselineOptions,
): Promise<{ name: 'linear'; documents: number; metrics: Metrics }> {
  const features = await findFeatures(train, words, settings, signal);
  const matrix = await features.matrix(train, signal);
  const solved: LabelWeights[] = [];
  const machine = new Machine(threads);
  try {
    const solver = new LinearSolver(machine, matrix, documentsByLabel(train, outputs), { c: 1 });
    const labels = Array.from({ length: outputs }, (_, l) => l);
    await solver.solve(
      labels,
      (one) => (solved[one.label] = prune(one, 0.01)),
      async (done) => {
        if (signal?.aborted) throw new Cancelled();
        onProgress?.({ phase: 'baselines', done, total: outputs, unit: 'labels' });
        await setImmediate();
      },
    );
  } finally {
    await machine.dispose();
  }
  const evaluator = new Evaluator(judging);
  const onRow = (d: number, probabilities: Float64Array): void => evaluator.add(probabilities, labelsOf(test, d));
  const model = new LinearModel(features, solved, usualSlope, { threads, isBulk: true });
  try {
    await scoreCorpus(model, test, onRow, { signal });
  } finally {
    await model.dispose();
  }
  return { name: 'linear', documents: test.size, metrics: evaluator.metrics() };
}
