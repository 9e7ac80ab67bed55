import { exists, runPaths } from '../../core/training/runFolder.ts';
import { describeRun } from '../../core/training/runListing.ts';
import type { RememberedJob } from './jobMemory.ts';
import type { JobTask } from './jobs.ts';
import { waitUntilFree } from './lockWait.ts';

/** How long a runner whose window is gone may take for its checkpoint, in milliseconds. */
const patience = 120_000;

/**
 * What to start in order to go on with a job that its window cut off: once its runner is done with the folder, a resume,
 * or, where training had not begun, the training itself. Undefined where there is nothing to go on with: it came to its
 * end all the same, it was no training, or somebody else works on it.
 */
export async function continuationOf({ task, folder }: RememberedJob): Promise<JobTask | undefined> {
  if (task.kind === 'evaluate') return undefined;
  if (folder === undefined) return task;
  if (!(await waitUntilFree(folder, patience))) return undefined;
  const { config: configFile } = runPaths(folder);
  if (!(await exists(configFile))) return task.kind === 'train' ? task : undefined;
  const { status } = await describeRun(folder);
  return status === 'interrupted' ? { kind: 'resume', configFile, folder, overrides: [] } : undefined;
}
