import { key32, permutation } from '../base/random.ts';
import { labelsOf, type Corpus } from '../text/corpus.ts';
import type { Evaluation, EvaluatorOptions } from './evaluator.ts';
import { Evaluator } from './evaluator.ts';
import type { Metrics } from '../base/metrics.ts';
import type { WorkOptions } from '../base/progress.ts';
import { Pace } from '../base/pace.ts';
import { TfidfIndex, valuesOf, wordsOf } from './tfidf.ts';

type BaselineName = 'label-frequency' | 'tfidf-knn';

/** What no P@k can be understood without: how far one gets without learning. */
interface Baseline {
  name: BaselineName;
  metrics: Metrics;
  evaluation: Evaluation;
  /** Documents scored; fewer than `available` where `maxQueries` took a sample. */
  documents: number;
  available: number;
}

type BaselineOptions = EvaluatorOptions & WorkOptions;

interface KnnOptions extends EvaluatorOptions, WorkOptions {
  /** Default 20. */
  neighbours?: number;
  /** Score a random sample of so many test documents only; all by default. */
  maxQueries?: number;
  /** Seed of that sample. */
  seed?: number;
}

/** Scores every document alike: a label's share of the training documents. */
export async function labelFrequencyBaseline(train: Corpus, test: Corpus, options: BaselineOptions): Promise<Baseline> {
  const scores = new Float64Array(options.labelCount);
  for (const label of train.labels) scores[label]++;
  for (let l = 0; l < scores.length; l++) scores[l] /= train.size;
  return evaluate('label-frequency', test, everyDocument(test), options, () => scores);
}

/**
 * Scores labels by the nearest training documents (TF-IDF cosine, see TfidfIndex): the similarities of the neighbours
 * that hold the label, divided by those of all neighbours. A document that shares no word with train scores 0 everywhere.
 */
export async function tfidfKnnBaseline(train: Corpus, test: Corpus, options: KnnOptions): Promise<Baseline> {
  const { neighbours = 20, maxQueries = Infinity, seed = 1, signal } = options;
  const index = await TfidfIndex.build(train, signal);
  const documents = maxQueries < test.size ? sample(test.size, maxQueries, seed) : everyDocument(test);
  const scores = new Float64Array(options.labelCount);
  return evaluate('tfidf-knn', test, documents, options, (document) => {
    scores.fill(0);
    const near = index.neighbours(wordsOf(test, document), neighbours, valuesOf(test, document));
    const total = near.similarities.reduce((sum, similarity) => sum + similarity, 0);
    near.documents.forEach((neighbour, i) => {
      for (const label of labelsOf(train, neighbour)) scores[label] += near.similarities[i] / total;
    });
    return scores;
  });
}

async function evaluate(
  name: BaselineName,
  test: Corpus,
  documents: Uint32Array,
  options: BaselineOptions,
  scoresOf: (document: number) => Float64Array,
): Promise<Baseline> {
  const evaluator = new Evaluator(options);
  const pace = new Pace(options.signal);
  const total = documents.length;
  const report = (done: number): void => options.onProgress?.({ phase: 'baselines', done, total, unit: 'documents' });
  for (const [done, document] of documents.entries()) {
    evaluator.add(scoresOf(document), labelsOf(test, document));
    if (!pace.due()) continue;
    report(done + 1);
    await pace.rest();
  }
  report(total);
  const evaluation = evaluator.result();
  return { name, metrics: evaluation.metrics, evaluation, documents: documents.length, available: test.size };
}

const everyDocument = (corpus: Corpus): Uint32Array => Uint32Array.from({ length: corpus.size }, (_, i) => i);

/** Names the stream of this sample among those drawn from the same seed. */
const sampleStream = 101;

const sample = (n: number, size: number, seed: number): Uint32Array =>
  permutation(n, key32(seed, sampleStream)).slice(0, size).sort();
