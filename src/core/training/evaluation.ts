import type { RunConfig } from '../config/runConfig.ts';
import type { Engine } from '../engine/engine.ts';
import { writeFileAtomic } from '../base/files.ts';
import { labelFrequencyBaseline, tfidfKnnBaseline } from '../metrics/baselines.ts';
import type { Evaluation, EvaluatorOptions } from '../metrics/evaluator.ts';
import { Evaluator } from '../metrics/evaluator.ts';
import { inversePropensity } from '../metrics/propensity.ts';
import { ScoreStore } from '../metrics/scores.ts';
import type { Corpus } from '../text/corpus.ts';
import type { PreparedData } from '../text/prepare.ts';
import { countLabels } from './fingerprint.ts';
import type { Run } from './run.ts';
import { progressEvents } from '../base/events.ts';
import type { RunPaths, StoredLabels } from './runFolder.ts';
import { labelsOf, scoreCorpus } from './scoring.ts';
import type { BaselineFigures } from './summary.ts';

/** Documents that the nearest-neighbour baseline scores at most; more are sampled. */
const maxQueries = 10_000;

/**
 * The labels of a run. Those of the documents that the model learns from come first and have an output: train without its
 * held-out part, and validation too where the run retrains on all.
 */
export function storedLabels(config: RunConfig, { train, validation, labels }: PreparedData): StoredLabels {
  const learned = config.training.retrainOnAll && validation ? [train, validation] : [train];
  const counts = learned.map((corpus) => countLabels(corpus, labels.size));
  const trainCounts = Array.from(labels.names, (_, l) => counts.reduce((sum, count) => sum + count[l], 0));
  return {
    names: labels.names,
    outputs: trainCounts.findLastIndex((count) => count > 0) + 1,
    display: Array.from(labels.names, (_, l) => labels.display[l] ?? null),
    trainCounts,
    trainDocuments: learned.reduce((n, { size }) => n + size, 0),
  };
}

/** How a run's documents are judged; `labels` may be extended beyond the run's own. */
export function evaluatorOptions(
  { evaluation: { k, propensityA, propensityB } }: RunConfig,
  { trainCounts, trainDocuments, names }: StoredLabels,
  tunedThreshold?: number,
): EvaluatorOptions {
  const counts = Uint32Array.from(names, (_, l) => trainCounts[l] ?? 0);
  return {
    labelCount: names.length,
    ks: k,
    inversePropensity: inversePropensity(counts, trainDocuments, propensityA, propensityB),
    trainLabelCounts: counts,
    ...(tunedThreshold !== undefined && { tunedThreshold }),
  };
}

type Face = Pick<Run, 'emit' | 'signal'>;

export type OnJudged = (probabilities: Float64Array, labels: Int32Array) => void;

/** Scores a split with the engine's weights, and stores the evaluation and the scores that matter beside the run. */
export async function evaluateSplit(
  engine: Engine,
  corpus: Corpus,
  split: string,
  options: EvaluatorOptions,
  paths: RunPaths,
  { emit, signal, onDocument }: Face & { onDocument?: OnJudged },
): Promise<Evaluation> {
  const evaluator = new Evaluator(options);
  const store = new ScoreStore(engine.shape.labels);
  emit({ type: 'phase', phase: 'testing', message: split });
  const onRow = (document: number, probabilities: Float64Array): void => {
    const labels = labelsOf(corpus, document);
    evaluator.add(probabilities, labels);
    store.add(probabilities);
    onDocument?.(probabilities, labels);
  };
  await scoreCorpus(engine, corpus, onRow, { signal, onProgress: progressEvents(emit, 'testing') });
  const evaluation = evaluator.result();
  await writeFileAtomic(paths.scores(split), store.save());
  await writeFileAtomic(paths.evaluation(split), JSON.stringify(evaluation));
  emit({ type: 'evaluated', split, metrics: evaluation.metrics });
  return evaluation;
}

/** What label frequency and the nearest documents reach on the same split. */
export async function measureBaselines(
  train: Corpus,
  corpus: Corpus,
  split: string,
  options: EvaluatorOptions,
  { emit, signal }: Face,
): Promise<BaselineFigures[]> {
  emit({ type: 'phase', phase: 'baselines' });
  const o = {
    ...options,
    tunedThreshold: undefined,
    signal,
    onProgress: progressEvents(emit, 'baselines'),
    maxQueries,
  };
  const found: BaselineFigures[] = [];
  for (const baseline of [labelFrequencyBaseline, tfidfKnnBaseline]) {
    const { name, documents, metrics } = await baseline(train, corpus, o);
    found.push({ name, documents, metrics });
    emit({ type: 'baseline', name, split, documents, metrics });
  }
  return found;
}
