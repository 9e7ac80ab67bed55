import { setTimeout } from 'node:timers/promises';
import { isLocked } from '../../core/training/lock.ts';
import { runPaths } from '../../core/training/runFolder.ts';

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
