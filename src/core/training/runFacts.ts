import { isDeepStrictEqual } from 'node:util';
import type { RunConfig } from '../config/runConfig.ts';
import { readCheckpointInfo } from './checkpoint.ts';
import { readHistory } from './readHistory.ts';
import { readSummary } from './readSummary.ts';
import { exists, readRunConfig, runPaths } from './runFolder.ts';

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
  if (!(await exists(last))) return {};
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
