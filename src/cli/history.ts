import { readFile } from 'node:fs/promises';
import { withFileErrors } from '../core/files.ts';
import type { Metrics } from '../core/metrics/metrics.ts';
import { exists, runPaths } from '../core/training/runFolder.ts';

export interface EpochRecord {
  epoch: number;
  trainLoss: number;
  /** Of the training steps; validation not counted. */
  documentsPerSecond: number;
  validation?: Metrics;
  isBest: boolean;
}

/** The epochs of a run's first phase, from metrics.jsonl; a last line that is still being written is passed over. */
export async function readEpochs(folder: string): Promise<EpochRecord[]> {
  const path = runPaths(folder).metrics;
  if (!(await exists(path))) return [];
  const lines = (await withFileErrors(path, () => readFile(path, 'utf8'))).split('\n').slice(0, -1);
  return lines
    .map((line) => JSON.parse(line) as EpochRecord & { type: string; phase: string })
    .filter((record) => record.type === 'epoch' && record.phase === 'training');
}
