import type { ComparedRun } from './compare.ts';
import { readHistory } from './readHistory.ts';
import { readFigures } from './readSummary.ts';
import { readRunConfig, runPaths } from './runFolder.ts';
import { describeRun } from './runs.ts';

/** A run as it is compared. Throws `UserError` `run-not-found`, `damaged-run`. */
export async function readComparedRun(folder: string): Promise<ComparedRun> {
  const paths = runPaths(folder);
  const config = await readRunConfig(paths);
  const { name, validation, evaluated } = await describeRun(folder);
  // asked for at the end of training, or later
  const test = evaluated?.split === 'test' ? evaluated.metrics : (await readFigures(paths.evaluation('test')))?.metrics;
  return { name, folder: paths.folder, config, validation, test, history: await readHistory(folder) };
}
