/** Trains the same config with several seeds, in run folders within one, and scores with the mean of their probabilities. */
import { isDeepStrictEqual } from 'node:util';
import { Cancelled, UserError } from '../base/errors.ts';
import type { RunEvent } from '../base/events.ts';
import type { Metrics } from '../base/metrics.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { createMonitor } from '../config/monitor.ts';
import type { TunedDecisions } from '../metrics/decision.ts';
import type { PreparedData } from '../text/prepare.ts';
import { identityOfNames } from './checkpoint.ts';
import { evaluatorOptions, findMembers, meanOfMembers, validateModel } from './evaluateRun.ts';
import { finishRun } from './finishRun.ts';
import { meanDecisions, type MeanModel, memberConfig, seedsOf, writeMeanInfo } from './meanModel.ts';
import { type MetricsLog, readHistory } from './metricsLog.ts';
import { exists, readRun, readRunConfig, runPaths, type StoredLabels } from './runFolder.ts';
import { type RunResult, readSummary, type Summary } from './runSummary.ts';
import { openRunFolder, type Session } from './trainingRun.ts';
import type { Best } from './trainingState.ts';

/** Throws `UserError` for what cannot be trained with several seeds. */
export function refuseSeeds({ model, training: { save, resumeFrom } }: RunConfig): void {
  const refuse = (message: string, remedy: string): never => {
    throw new UserError('no-seeds', message, remedy);
  };
  if (model.type === 'linear')
    refuse('A linear model has no chance in it: every seed would train the same', 'Set "training.seeds" to 1.');
  if (!save) refuse('The mean of several seeds is that of their checkpoints', 'Set "training.save" to true.');
  if (resumeFrom !== undefined)
    refuse('Several seeds cannot all begin with the weights of one run', 'Leave out "training.resumeFrom".');
}

/** Trains one member; `resume` where its folder is there. */
export type TrainMember = (
  config: RunConfig,
  data: PreparedData,
  options: { resume?: string; onEvent: (event: RunEvent) => void },
) => Promise<RunResult>;

interface Member {
  seed: number;
  folder: string;
  summary: Summary;
}

export class SeedsSession {
  /** Whether anything was written into the run folder. */
  hasBegun = false;
  private log?: MetricsLog;

  constructor(
    private readonly session: Session,
    private readonly data: PreparedData,
    private readonly labels: StoredLabels,
    private readonly trainMember: TrainMember,
  ) {}

  async close(): Promise<void> {
    await this.log?.close();
  }

  async run(): Promise<RunResult> {
    const { session, data, labels } = this;
    this.log = await openRunFolder(session, data, labels, 0);
    this.hasBegun = true;
    const members = await this.members();
    const epochs = Math.max(0, ...members.map(({ summary }) => summary.epochs));
    const isWhole = members.length === session.config.training.seeds;
    const bestEpoch = isWhole ? Math.max(...members.map(({ summary }) => summary.best.epoch)) : 0;
    return finishRun(session, isWhole ? 'finished' : 'interrupted', { epochs, bestEpoch }, async () => {
      await this.logCurve(members);
      const run = await readRun(session.claimed.paths.folder);
      const { emit: onEvent, signal } = session;
      const found = await findMembers(
        run,
        members.map(({ seed }) => seed),
        { onEvent, signal },
      );
      const model = meanOfMembers(run, found);
      const decisions = found.map(({ tuned = {} }) => tuned);
      const best = await this.tune(model, members, decisions);
      const sum = (of: (summary: Summary) => number): number => members.reduce((n, m) => n + of(m.summary), 0);
      const [{ engine, vocabulary }] = members.map(({ summary }) => summary);
      const told = { epochs, vocabulary, engine, stopped: 'finished' as const };
      const totals = { parameters: sum((s) => s.parameters), seconds: sum((s) => s.seconds) };
      const phase = this.retrains ? ('retraining' as const) : ('training' as const);
      return { model, data, labels, state: { phase, best }, told: { ...told, ...totals }, parts: figuresOf(members) };
    });
  }

  private get retrains(): boolean {
    return this.session.config.training.retrainOnAll && this.data.validation !== undefined;
  }

  /** One after the other; fewer than there are seeds where it was interrupted. */
  private async members(): Promise<Member[]> {
    const { config, emit } = this.session;
    const members: Member[] = [];
    for (const [i, seed] of seedsOf(config).entries()) {
      emit({ type: 'notice', level: 'info', message: `Seed ${seed} (${i + 1} of ${config.training.seeds})` });
      const summary = await this.member(seed).catch((error: unknown) => {
        if (error instanceof Cancelled) return undefined;
        throw error;
      });
      if (!summary) break;
      members.push({ seed, folder: this.session.claimed.paths.member(seed), summary });
    }
    return members;
  }

  /** How a member ended; one that is finished is left as it is. Throws `UserError` where it was begun with other settings. */
  private async member(seed: number): Promise<Summary | undefined> {
    const { config, claimed, emit, signal } = this.session;
    const paths = runPaths(claimed.paths.member(seed));
    const own = memberConfig(config, seed, claimed.paths.members);
    const isBegun = await exists(paths.config);
    const finished = isBegun ? await readSummary(paths.summary) : undefined;
    if (finished) {
      checkSame(await readRunConfig(paths), own, paths.config);
      return finished;
    }
    if (signal?.aborted) throw new Cancelled();
    const onEvent = (event: RunEvent): void => {
      if (!ofWhole.has(event.type)) emit(event);
    };
    const { summary } = await this.trainMember(own, this.data, {
      onEvent,
      ...(isBegun && { resume: paths.folder }),
    });
    return summary;
  }

  /** On validation, where the members have not been trained on it in the end. */
  private async tune(
    model: MeanModel,
    members: readonly Member[],
    decisions: readonly TunedDecisions[],
  ): Promise<Best> {
    const { session, data, labels } = this;
    const { config, claimed, emit } = session;
    const epoch = Math.max(...members.map(({ summary }) => summary.best.epoch));
    const corpus = !this.retrains && data.validation?.size ? data.validation : undefined;
    emit({ type: 'phase', phase: 'validating' });
    const judged = corpus
      ? await validateModel(model, corpus, evaluatorOptions(config, labels), session)
      : this.averaged(members, decisions);
    const { metrics, tuned } = judged;
    const score = metrics && createMonitor(config.training.monitor, config.evaluation.k)(metrics);
    const best = { epoch, score, validation: metrics, ...tuned };
    await writeMeanInfo(claimed.paths.checkpoint('best'), {
      seeds: members.map(({ seed }) => seed),
      best,
      ...identityOfNames(data.vocabulary.words, labels),
    });
    return best;
  }

  private averaged(members: readonly Member[], decisions: readonly TunedDecisions[]) {
    const { emit } = this.session;
    if (this.retrains)
      emit({
        type: 'notice',
        level: 'info',
        message:
          'The seeds were trained on the validation documents in the end: their thresholds and validation figures are averaged.',
      });
    const figures = members.map(({ summary }) => summary.best.validation);
    return {
      metrics: figures.includes(undefined) ? undefined : meanOf(figures as Metrics[]),
      tuned: meanDecisions(decisions),
    };
  }

  /** The mean of the members' epochs, of those that had so many. */
  private async logCurve(members: readonly Member[]): Promise<void> {
    const all = await Promise.all(members.map(({ folder }) => readHistory(folder)));
    const epochs = all.flatMap(({ epochs: own }) => own).filter(({ phase }) => phase === 'training');
    const best = Math.max(...members.map(({ summary }) => summary.best.epoch));
    for (let epoch = 1; epochs.some((record) => record.epoch === epoch); epoch++) {
      const records = epochs.filter((record) => record.epoch === epoch);
      const validation = records.map((record) => record.validation);
      await this.log!.append({
        ...records[0],
        type: 'epoch',
        trainLoss: meanOf(records.map(({ trainLoss }) => ({ trainLoss }))).trainLoss,
        validation: validation.includes(undefined) ? undefined : meanOf(validation as Metrics[]),
        isBest: epoch === best,
      });
    }
  }
}

/** Events that are a member's own and not the whole run's. */
const ofWhole: ReadonlySet<RunEvent['type']> = new Set(['begun', 'evaluated', 'baseline', 'done']);

const meanOf = (all: readonly Metrics[]): Metrics =>
  Object.fromEntries(
    Object.keys(all[0]).map((name) => [name, all.reduce((sum, metrics) => sum + metrics[name], 0) / all.length]),
  );

/** Each seed alone, beside the mean. */
const figuresOf = (members: readonly Member[]) =>
  members.flatMap(({ seed, summary: { evaluated } }) =>
    evaluated ? [{ name: `seed ${seed}`, documents: evaluated.documents, metrics: evaluated.metrics }] : [],
  );

/** A finished member is taken as it is: it must be what would be trained now. */
function checkSame(begun: RunConfig, now: RunConfig, file: string): void {
  const keys = ['dataset', 'text', 'embedding', 'model', 'linear', 'training', 'word2vec'] as const;
  // as JSON, which leaves out what is undefined
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const changed = keys.filter((key) => !isDeepStrictEqual(plain(begun[key]), plain(now[key])));
  if (changed.length === 0) return;
  throw new UserError(
    'resume-config-differs',
    `A finished seed of the run was trained with other settings: ${changed.join(', ')}`,
    'Resume with the config in its folder, or start a new run.',
    { file },
  );
}
