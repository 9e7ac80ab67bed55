import type { Metrics } from '../base/metrics.ts';
import { flatten } from './compareRuns.ts';
import { measuredOn } from './measuredOn.ts';
import { readRunConfig, runPaths } from './runFolder.ts';
import type { RunListing } from './runListing.ts';
import { readFigures } from './runSummary.ts';
import { type RunRow, tableMetrics } from './runTable.ts';

/** A run as a row of the table of runs. Throws `UserError`. */
export async function readRunRow(listing: RunListing): Promise<RunRow> {
  const { name, folder, status, problem, modelType, epochs, bestEpoch, seconds, changed, notes = {} } = listing;
  const base = { name, folder, status, problem, modelType, epochs, bestEpoch, seconds, changed };
  const { title = name, note, tags = [], pinned = false } = notes;
  const row = { ...base, title, note, tags, pinned };
  if (status === 'damaged') return { ...row, figures: { validation: {}, test: {} }, settings: {} };
  const config = await readRunConfig(runPaths(folder));
  const test = await testFigures(listing);
  return {
    ...row,
    dataset: { validation: measuredOn(config, 'validation'), test: measuredOn(config, 'test') },
    figures: { validation: tableFigures(listing.validation), test: tableFigures(test) },
    settings: Object.fromEntries(flatten(config)),
  };
}

const tableFigures = (metrics: Metrics = {}): Metrics =>
  Object.fromEntries(tableMetrics.flatMap((name) => (name in metrics ? [[name, metrics[name]]] : [])));

/** Asked for at the end of training, or later. */
const testFigures = async ({ folder, evaluated }: RunListing): Promise<Metrics | undefined> =>
  evaluated?.split === 'test' ? evaluated.metrics : (await readFigures(runPaths(folder).evaluation('test')))?.metrics;
