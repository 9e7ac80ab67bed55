import { linearAhead } from '../metrics/metricText.ts';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import type { Metrics } from '../base/metrics.ts';
import { readCheckpointInfo } from './checkpoint.ts';
import { readLinearInfo } from './linearCheckpoint.ts';
import { isLocked } from './lock.ts';
import { readFigures, readSummary } from './runSummary.ts';
import type { ComparedRun } from './compareRuns.ts';
import { exists, readRunConfig, runPaths } from './runFolder.ts';
import { isDeepStrictEqual } from 'node:util';
import { type MeasuredOn, measuredOn } from './measuredOn.ts';
import { readHistory } from './metricsLog.ts';
import { readNotes, type RunNotes } from './runNotes.ts';

/** A line in the list of runs. */
export interface RunListing {
  name: string;
  folder: string;
  /** `interrupted`: it can be resumed. `damaged`: its files cannot be read; `problem` says why. */
  status: 'running' | 'finished' | 'early' | 'interrupted' | 'damaged';
  /** Absent of damaged runs. A linear model has no epochs: it is finished after 1. */
  modelType?: RunConfig['model']['type'];
  /** What its validation figures are of. Absent of damaged runs. */
  measuredOn?: MeasuredOn;
  epochs: number;
  bestEpoch: number;
  monitor?: string;
  /** Value of the monitor, higher is better. */
  score?: number;
  /** Validation metrics of the best epoch. */
  validation?: Metrics;
  /** Documents without a label, which count 0 in the figures; known of runs that came to their end. */
  unlabelled?: { validation: number; test: number };
  evaluated?: { split: string; metrics: Metrics };
  /** Where the linear model among its baselines is ahead of it. */
  linearAhead?: string;
  /** Wall-clock of training and validation; known of runs that came to their end. */
  seconds?: number;
  /** Absent where there are none, and where their file is damaged. */
  notes?: RunNotes;
  /** What is wrong with that file: the run itself does not need it. */
  notesProblem?: string;
  /** Last change, ISO 8601. */
  changed: string;
  problem?: string;
}

/** The runs in a folder, the newest first. A folder that does not exist has none. Throws `UserError`. */
export async function listRuns(folder: string): Promise<RunListing[]> {
  if (!(await exists(folder))) return [];
  const entries = await withFileErrors(folder, () => readdir(folder, { withFileTypes: true }));
  const runs: RunListing[] = [];
  for (const entry of entries)
    if (entry.isDirectory() && (await exists(runPaths(join(folder, entry.name)).config)))
      runs.push(await describeRun(join(folder, entry.name)));
  return runs.sort((a, b) => (a.changed < b.changed ? 1 : -1));
}

/** Of these runs, those that were begun with a config, in the same order. */
export const runsOfConfig = (runs: readonly RunListing[], config: RunConfig, file: string): RunListing[] =>
  runs.filter((run) => isRunOfConfig(run.name, config, file));

/** Whether a run of this name, in the config's output folder, was begun with the config. */
export function isRunOfConfig(run: string, { output: { name } }: RunConfig, file: string): boolean {
  return name === undefined ? isNamedAfter(run, basename(file).replace(/(\.xmlcnn)?\.jsonc?$/i, '')) : run === name;
}

/** Runs without a name of their own are called after their config and the time. */
const isNamedAfter = (run: string, base: string): boolean =>
  run.startsWith(`${base}-`) && /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(-\d+)?$/.test(run.slice(base.length + 1));

/** What is known of one run without reading its weights. */
export async function describeRun(folder: string): Promise<RunListing> {
  const paths = runPaths(folder);
  const name = basename(paths.folder);
  const shown = (await exists(paths.metrics)) ? paths.metrics : paths.config;
  const changed = (await withFileErrors(shown, () => stat(shown))).mtime.toISOString();
  const noted = await describeNotes(folder);
  const base = { name, folder: paths.folder, epochs: 0, bestEpoch: 0, changed, ...noted };
  try {
    const isRunning = await isLocked(paths.lock);
    const { dataset, training, model } = await readRunConfig(paths);
    const on = measuredOn({ dataset }, 'validation');
    const known = { ...base, modelType: model.type, measuredOn: on, monitor: training.monitor };
    const summary = await readSummary(paths.summary);
    if (summary) {
      const { stopped, epochs, best, evaluated, unlabelled, baselines, seconds } = summary;
      const { epoch: bestEpoch, score, validation } = best;
      const ahead = evaluated && linearAhead(evaluated.metrics, baselines);
      const figures = { bestEpoch, score, validation, evaluated, unlabelled, linearAhead: ahead, seconds };
      return { ...known, status: isRunning ? 'running' : stopped, epochs, ...figures };
    }
    const status = isRunning ? 'running' : 'interrupted';
    const last = paths.checkpoint('last');
    if (!(await exists(last))) return { ...known, status };
    const { state } = await (model.type === 'linear' ? readLinearInfo(last) : readCheckpointInfo(last));
    const { epoch: bestEpoch = 0, score, validation } = state.best ?? {};
    return { ...known, status, epochs: state.ended?.epochs ?? state.epoch, bestEpoch, score, validation };
  } catch (error) {
    return { ...base, status: 'damaged', problem: error instanceof Error ? error.message : String(error) };
  }
}

async function describeNotes(folder: string): Promise<Pick<RunListing, 'notes' | 'notesProblem'>> {
  try {
    const notes = await readNotes(folder);
    return Object.keys(notes).length > 0 ? { notes } : {};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { notesProblem: error.describe() };
  }
}

/** A run as it is compared. Throws `UserError` `run-not-found`, `damaged-run`. */
export async function readComparedRun(folder: string): Promise<ComparedRun> {
  const paths = runPaths(folder);
  const config = await readRunConfig(paths);
  const { name, validation, evaluated, unlabelled: known } = await describeRun(folder);
  const figures = await readFigures(paths.evaluation('test'));
  // asked for at the end of training, or later
  const test = evaluated?.split === 'test' ? evaluated.metrics : figures?.metrics;
  const unlabelled = { validation: known?.validation, test: figures?.unlabelledDocuments ?? known?.test };
  return { name, folder: paths.folder, config, validation, test, unlabelled, history: await readHistory(folder) };
}

/** What a run found out that its config does not say. */
export interface RunFacts {
  /** Labels that the network has an output for. */
  labels?: number;
  /** Rows of the embedding, padding and unknown word included. */
  vocabulary?: number;
  /** Mean time of an epoch's training steps, in seconds. */
  epochSeconds?: number;
  config: RunConfig;
}

/** Reads the facts of one run, no weights. Throws `UserError`. */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  const paths = runPaths(folder);
  const config = await readRunConfig(paths);
  return { ...(await readCounts(folder)), epochSeconds: await readEpochSeconds(folder), config };
}

async function readCounts(folder: string): Promise<Pick<RunFacts, 'labels' | 'vocabulary'>> {
  const paths = runPaths(folder);
  const summary = await readSummary(paths.summary);
  if (summary) return { labels: summary.labels, vocabulary: summary.vocabulary };
  const last = paths.checkpoint('last');
  const { model } = await readRunConfig(paths);
  if (!(await exists(last)) || model.type === 'linear') return {};
  const { shape } = await readCheckpointInfo(last);
  return { labels: shape.labels, vocabulary: shape.vocabulary };
}

/** undefined before the first epoch has ended. */
async function readEpochSeconds(folder: string): Promise<number | undefined> {
  const seconds = (await readHistory(folder)).epochs.flatMap(({ epochSeconds }) => epochSeconds ?? []);
  return seconds.length ? seconds.reduce((sum, value) => sum + value, 0) / seconds.length : undefined;
}

/** Whether a config reads the same documents and makes the same words of them: a run's counts then are its own. */
export const hasSameData = (a: RunConfig, b: RunConfig): boolean =>
  isDeepStrictEqual(a.dataset, b.dataset) && isDeepStrictEqual(a.text, b.text) && a.training.seed === b.training.seed;
