import { basename } from 'node:path';
import { Cancelled } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { parameterCount } from '../model/network.ts';
import { concatCorpora } from '../text/corpus.ts';
import type { Corpus } from '../text/corpus.ts';
import type { PreparedData } from '../text/prepare.ts';
import { restoreScoringWeights } from './checkpoint.ts';
import type { Stopped } from './epochs.ts';
import { evaluateSplit, measureBaselines } from './evaluation.ts';
import type { Run } from './run.ts';
import type { Saver } from './saver.ts';
import type { RunResult, Summary } from './summary.ts';

/** Evaluates with the best weights and writes the summary. An abort on the way makes the run an interrupted one. */
export async function finishRun(run: Run, data: PreparedData, ended: Stopped, saver: Saver): Promise<RunResult> {
  const { paths, state, emit } = run;
  saver.tick();
  let stopped = ended;
  let summary: Summary | undefined;
  try {
    if (ended !== 'interrupted') summary = await summarise(run, data, ended);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    stopped = 'interrupted';
  }
  if (summary) await writeFileAtomic(paths.summary, `${JSON.stringify(summary, null, 2)}\n`);
  const epochs = state.ended?.epochs ?? state.epoch;
  const result = { folder: paths.folder, stopped, epochs, bestEpoch: state.best?.epoch ?? 0 };
  emit({ type: 'done', ...result });
  return { ...result, name: basename(paths.folder), ...(summary && { summary }) };
}

async function summarise(run: Run, data: PreparedData, stopped: 'finished' | 'early'): Promise<Summary> {
  const { engine, paths, state, config } = run;
  if (run.bestWeights) await engine.writeWeights(run.bestWeights);
  else await restoreScoringWeights(paths.checkpoint('best'), engine);
  const { evaluated, baselines } = await evaluateBest(run, data);
  return {
    stopped,
    epochs: state.ended?.epochs ?? state.epoch,
    best: state.best!,
    monitor: config.training.monitor,
    ...(state.phase === 'retraining' && { retrainedEpochs: state.epoch }),
    ...(evaluated && { evaluated }),
    baselines,
    documents: { train: data.train.size, validation: data.validation?.size ?? 0, test: data.test?.size ?? 0 },
    labels: engine.shape.labels,
    vocabulary: engine.shape.vocabulary,
    parameters: parameterCount(engine.shape),
    engine: { name: engine.name, build: engine.build },
    seconds: state.seconds,
    finishedAt: new Date().toISOString(),
  };
}

async function evaluateBest(run: Run, data: PreparedData): Promise<Pick<Summary, 'evaluated' | 'baselines'>> {
  const { engine, state, config, paths, evaluator: plain } = run;
  const split = config.evaluation.split ?? (data.test ? 'test' : 'validation');
  const corpus = splitToEvaluate(run, data, split);
  if (!corpus) return { baselines: [] };
  const options = { ...plain, ...(state.best!.threshold !== undefined && { tunedThreshold: state.best!.threshold }) };
  const { metrics, documents } = await evaluateSplit(engine, corpus, split, options, paths, run);
  const learned =
    state.phase === 'retraining' && data.validation ? concatCorpora(data.train, data.validation) : data.train;
  const baselines = config.evaluation.baselines ? await measureBaselines(learned, corpus, split, options, run) : [];
  return { evaluated: { split, documents, metrics }, baselines };
}

function splitToEvaluate({ state, emit }: Run, data: PreparedData, split: 'test' | 'validation'): Corpus | undefined {
  const notice = (message: string): void => emit({ type: 'notice', level: 'warning', message });
  if (split === 'validation' && state.phase === 'retraining') {
    notice('The validation documents were trained on in the end, and there are no others: nothing is evaluated.');
    return undefined;
  }
  const corpus = data[split];
  if (!corpus?.size) notice(`There are no ${split} documents: nothing is evaluated.`);
  return corpus?.size ? corpus : undefined;
}
