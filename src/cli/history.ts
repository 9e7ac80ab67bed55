import { readHistory } from '../core/training/metricsLog.ts';
import { type EpochRecord } from '../core/training/runHistory.ts';

/** The epochs of a run's first phase. Throws `UserError`. */
export async function readEpochs(folder: string): Promise<EpochRecord[]> {
  return (await readHistory(folder)).epochs.filter(({ phase }) => phase === 'training');
}
