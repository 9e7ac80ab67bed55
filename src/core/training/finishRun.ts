/** How a run ends, whatever it trained: evaluated on a split, with its summary in the run folder. */
import { basename } from 'node:path';
import { Cancelled } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { Scorer } from '../engine/engine.ts';
import { concatCorpora, unlabelledIn } from '../text/corpus.ts';
import type { PreparationReport, PreparedData } from '../text/prepare.ts';
import { evaluateSplit, evaluatorOptions, measureBaselines } from './evaluateRun.ts';
import type { StoredLabels } from './runFolder.ts';
import { type BaselineFigures, bestOf, type RunResult, type Summary } from './runSummary.ts';
import { type Session, splitToEvaluate } from './trainingRun.ts';
import type { TrainingState } from './trainingState.ts';

/** A model whose training is over. */
export interface TrainedModel {
  model: Scorer;
  data: PreparedData;
  labels: StoredLabels;
  state: Pick<TrainingState, 'phase' | 'best'>;
  /** Figures of what it consists of, where those have been measured. */
  parts?: BaselineFigures[];
  /** What its training says of itself. */
  told: Pick<
    Summary,
    'stopped' | 'epochs' | 'retrainedEpochs' | 'vocabulary' | 'parameters' | 'engine' | 'seconds' | 'partSeconds'
  >;
}

/** Evaluates what was trained and writes the summary. An abort on the way makes the run an interrupted one. */
export async function finishRun(
  session: Session,
  ended: RunResult['stopped'],
  counts: Pick<RunResult, 'epochs' | 'bestEpoch'>,
  trained: () => Promise<TrainedModel>,
): Promise<RunResult> {
  const { paths } = session.claimed;
  let stopped = ended;
  let summary: Summary | undefined;
  try {
    if (ended !== 'interrupted') summary = await summarise(session, await trained());
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    stopped = 'interrupted';
  }
  if (summary) await writeFileAtomic(paths.summary, `${JSON.stringify(summary, null, 2)}\n`);
  const result = { folder: paths.folder, stopped, ...counts };
  session.emit({ type: 'done', ...result });
  return { ...result, name: basename(paths.folder), ...(summary && { summary }) };
}

async function summarise(session: Session, trained: TrainedModel): Promise<Summary> {
  const { state, data, told, model } = trained;
  const { evaluated, baselines } = await evaluate(session, trained);
  const corrected = correctedIn(data.report);
  return {
    stopped: told.stopped,
    modelType: session.config.model.type,
    epochs: told.epochs,
    ...bestOf(state.best!, session.config),
    monitor: session.config.training.monitor,
    ...(told.retrainedEpochs !== undefined && { retrainedEpochs: told.retrainedEpochs }),
    ...(evaluated && { evaluated }),
    baselines,
    documents: { train: data.train.size, validation: data.validation?.size ?? 0, test: data.test?.size ?? 0 },
    unlabelled: { validation: unlabelledIn(data.validation), test: unlabelledIn(data.test) },
    ...(corrected && { corrected }),
    labels: model.shape.labels,
    vocabulary: told.vocabulary,
    parameters: told.parameters,
    engine: told.engine,
    seconds: told.seconds,
    ...(told.partSeconds && { partSeconds: told.partSeconds }),
    finishedAt: new Date().toISOString(),
  };
}

function correctedIn({ splits: { train, validation, test } }: PreparationReport): Summary['corrected'] {
  const [inTrain, inValidation, inTest] = [train, validation, test].map((split) => split?.corrected ?? 0);
  const all = { train: inTrain, validation: inValidation, test: inTest };
  return inTrain + inValidation + inTest > 0 ? all : undefined;
}

async function evaluate(
  session: Session,
  { model, data, labels, state, parts: measured = [] }: TrainedModel,
): Promise<Pick<Summary, 'evaluated' | 'baselines'>> {
  const { config, claimed, emit } = session;
  const { evaluation: wanted, engine } = config;
  const split = wanted.split ?? (data.test ? 'test' : 'validation');
  const corpus = splitToEvaluate({ state, emit }, data, split);
  if (!corpus) return { baselines: [] };
  const options = evaluatorOptions(config, labels, state.best);
  const {
    evaluation: { metrics, documents },
    parts,
  } = await evaluateSplit(model, corpus, split, options, claimed.paths, session);
  const retrained = state.phase === 'retraining' && data.validation;
  const learned = retrained ? concatCorpora(data.train, retrained) : data.train;
  const threads = engine.threads || undefined;
  const beside = { type: config.model.type, words: data.vocabulary.words, outputs: model.shape.labels, threads };
  const baselines = wanted.baselines ? await measureBaselines(learned, corpus, split, options, session, beside) : [];
  return { evaluated: { split, documents, metrics }, baselines: [...measured, ...parts, ...baselines] };
}
