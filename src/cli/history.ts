import type { EpochRecord } from '../core/training/history.ts';
import { readHistory } from '../core/training/readHistory.ts';

/** The epochs of a run's first phase. Throws `UserError`. */
export async function readEpochs(folder: string): Promise<EpochRecord[]> {
  return (await readHistory(folder)).epochs.filter(({ phase }) => phase === 'training');
}
