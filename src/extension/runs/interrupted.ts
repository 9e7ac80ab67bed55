import { exists, runPaths } from '../../core/training/runFolder.ts';
import { describeRun } from '../../core/training/runListing.ts';
import type { RememberedJob } from './jobMemory.ts';
import type { JobTask } from './jobs.ts';
import { setTimeout } from 'node:timers/promises';
import { isLocked } from '../../core/training/lock.ts';

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

/** Time between two looks at a lock, in milliseconds. */
const pause = 300;

/**
 * Waits until no process works in a run folder: the runner of a window that is gone may still be writing its checkpoint.
 * @param patience milliseconds
 * @returns whether the folder is free now; false too where the signal ended the waiting
 */
export async function waitUntilFree(folder: string, patience: number, signal?: AbortSignal): Promise<boolean> {
  const { lock } = runPaths(folder);
  const end = performance.now() + patience;
  while (await isLocked(lock)) {
    if (performance.now() > end || signal?.aborted) return false;
    await setTimeout(pause);
  }
  return true;
}
