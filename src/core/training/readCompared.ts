import { readFile } from 'node:fs/promises';
import type { Metrics } from '../metrics/metrics.ts';
import type { ComparedRun } from './compare.ts';
import { readHistory } from './readHistory.ts';
import { exists, readRunConfig, runPaths } from './runFolder.ts';
import { describeRun } from './runs.ts';

/** A run as it is compared. Throws `UserError` `run-not-found`, `damaged-run`. */
export async function readComparedRun(folder: string): Promise<ComparedRun> {
  const paths = runPaths(folder);
  const config = await readRunConfig(paths);
  const { name, validation, evaluated } = await describeRun(folder);
  const test = evaluated?.split === 'test' ? evaluated.metrics : await testMetrics(paths.evaluation('test'));
  return { name, folder: paths.folder, config, validation, test, history: await readHistory(folder) };
}

/** Of an evaluation that was asked for after training. */
async function testMetrics(file: string): Promise<Metrics | undefined> {
  if (!(await exists(file))) return undefined;
  return (JSON.parse(await readFile(file, 'utf8')) as { metrics: Metrics }).metrics;
}
