import { UserError } from '../base/errors.ts';
import { Features } from '../linear/features.ts';
import { LinearModel, type LinearScorer, type ScoringOptions } from '../linear/linearModel.ts';
import { TreeModel } from '../linear/treeModel.ts';
import { belongsTo, checkpointDiffers } from './checkpoint.ts';
import { type LinearInfo, type linearPart, readLinearCheckpoint } from './linearCheckpoint.ts';
import { exists, type StoredRun } from './runFolder.ts';

/** The model in a run's checkpoint. Throws `UserError` (`no-checkpoint`, `checkpoint-differs`, those of checkpoints). */
export async function readLinearModel(
  { paths, words, labels, config }: StoredRun,
  which: 'best' | 'last' | typeof linearPart,
  options: ScoringOptions = {},
): Promise<{ model: LinearScorer; info: LinearInfo }> {
  const file = paths.checkpoint(which);
  if (!(await exists(file))) throw unfinished(file);
  const { info, ngrams, idf, tree, labels: weights } = await readLinearCheckpoint(file);
  const known = tree?.labels ?? weights.length;
  if (!belongsTo(info, words, labels) || known !== labels.outputs)
    throw checkpointDiffers(file, 'The checkpoint belongs to other words or labels than those in its run folder');
  const solved = weights.filter((label) => label !== undefined);
  if (solved.length < weights.length) throw unfinished(file);
  const features = new Features(words, ngrams, idf, info.settings);
  const model = tree
    ? new TreeModel(features, tree, solved, info.slope, config.linear.beam)
    : new LinearModel(features, solved, info.slope, { threads: config.engine.threads, ...options });
  return { model, info };
}

const unfinished = (file: string): UserError =>
  new UserError(
    'no-checkpoint',
    'The linear model of this run is not finished, or "training.save" was off',
    'Resume the run, or train it with "training.save".',
    { file },
  );
