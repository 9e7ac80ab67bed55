import type { Weights } from '../model/network.ts';
import { UserError } from '../base/errors.ts';
import {
  belongsTo,
  checkpointDiffers,
  type CheckpointInfo,
  readCheckpointInfo,
  readScoringWeights,
} from './checkpoint.ts';
import { exists, type StoredRun } from './runFolder.ts';

export interface FoundModel {
  run: StoredRun;
  /** The checkpoint. */
  file: string;
  info: CheckpointInfo;
}

export interface StoredModel extends FoundModel {
  /** Averaged ones where the run keeps them. */
  weights: Weights;
}

/**
 * What the checkpoint of a run says of itself. The run folder is enough: dataset and word vectors need not be there any
 * more. Throws `UserError` (`run-not-found`, `damaged-run`, `no-checkpoint`, `checkpoint-differs`, those of checkpoints).
 */
export async function findModel(run: StoredRun, checkpoint: 'best' | 'last'): Promise<FoundModel> {
  const file = run.paths.checkpoint(checkpoint);
  if (!(await exists(file))) throw noCheckpoint(file, checkpoint);
  const info = await readCheckpointInfo(file);
  checkBelongs(run, info, file);
  return { run, file, info };
}

/** The same with the weights that score. */
export async function readModel(run: StoredRun, checkpoint: 'best' | 'last'): Promise<StoredModel> {
  const found = await findModel(run, checkpoint);
  return { ...found, weights: (await readScoringWeights(found.file)).weights };
}

/** Ids in the weights mean the run's words and labels only if the checkpoint was made with them. */
function checkBelongs({ words, labels, config }: StoredRun, info: CheckpointInfo, file: string): void {
  // the network of a blend knows the most frequent words alone
  const known = config.model.type === 'blend' ? words.slice(0, info.shape.vocabulary) : words;
  if (belongsTo(info, known, labels) && info.shape.maxLength === config.text.maxLength) return;
  throw checkpointDiffers(
    file,
    'The checkpoint belongs to other words, labels or lengths than those in its run folder',
  );
}

const noCheckpoint = (file: string, which: string): UserError =>
  new UserError(
    'no-checkpoint',
    `The run has no ${which} checkpoint: no epoch was finished, or "training.save" was off`,
    'Resume the run, or train it with "training.save".',
    { file },
  );
