/** Where a training run begins: at its own last checkpoint, at that of another run, or with new weights. */
import { basename, resolve } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../base/errors.ts';
import { isFolder, statOf } from '../base/files.ts';
import { readCheckpointInfo, type Recipe, restoreEngine, type RunIdentity } from './checkpoint.ts';
import { type ClaimedRun, exists, readTrainedCorrections, runPaths } from './runFolder.ts';
import { initialState, type TrainingState } from './trainingState.ts';

/**
 * The run folder that `training.resumeFrom` is to go on in: where it is the folder of the very run that is asked for. Any other
 * run, and any checkpoint, starts a new one and stays as it is.
 */
export async function runToResume({ training: { resumeFrom }, output }: RunConfig): Promise<string | undefined> {
  if (resumeFrom === undefined) return undefined;
  const found = await statOf(resumeFrom);
  if (!found)
    throw new UserError('file-not-found', 'There is no such checkpoint or run', 'Correct "training.resumeFrom".', {
      file: resumeFrom,
    });
  const isOwn = output.name !== undefined && resolve(output.folder, output.name) === resolve(resumeFrom);
  return found.isDirectory() && isOwn ? resumeFrom : undefined;
}

/** Refuses to go on with a run whose dataset has other corrections by now. Throws `UserError` `resume-corrections-differ`. */
export async function checkSameCorrections({ paths, isResumed }: ClaimedRun, now: string | undefined): Promise<void> {
  if (!isResumed || !(await exists(paths.config))) return;
  const begun = await readTrainedCorrections(paths);
  if (begun === now) return;
  const were = begun === undefined ? 'without corrections of its dataset' : 'with other corrections of its dataset';
  throw new UserError(
    'resume-corrections-differ',
    now === undefined
      ? 'The run was begun with corrections of its dataset, and now there are none'
      : `The run was begun ${were}`,
    begun === undefined
      ? 'Set "dataset.corrections" to false in the config of the run to go on without them, or start a new run.'
      : 'Put the file of corrections back as it was, or start a new run.',
    { file: paths.folder },
  );
}

/** Build of the engine that wrote the checkpoint which a run goes on from. */
export async function buildToGoOnWith({ paths, isResumed }: ClaimedRun): Promise<string | undefined> {
  const last = paths.checkpoint('last');
  return isResumed && (await exists(last)) ? (await readCheckpointInfo(last)).build : undefined;
}

interface Start {
  config: RunConfig;
  claimed: ClaimedRun;
  engine: Engine;
  identity: RunIdentity;
  notice: (level: 'info' | 'warning', message: string) => void;
}

/** Puts the engine where the checkpoint stands that the run goes on from; undefined where it begins with new weights. */
export async function goOn(start: Start): Promise<TrainingState | undefined> {
  const { config, claimed, identity, notice } = start;
  const last = claimed.paths.checkpoint('last');
  if (claimed.isResumed && (await exists(last))) {
    const info = await readCheckpointInfo(last);
    checkSameData(info, identity, last);
    checkSameRecipe(info.recipe, identity.recipe, last);
    await restore(last, start);
    return info.state;
  }
  if (claimed.isResumed) notice('info', 'The run has no checkpoint yet: it begins again.');
  const { resumeFrom } = config.training;
  if (resumeFrom === undefined || resolve(resumeFrom) === claimed.paths.folder) return undefined;
  return startFrom((await isFolder(resumeFrom)) ? await lastOf(resumeFrom) : resumeFrom, start);
}

async function lastOf(folder: string): Promise<string> {
  const file = runPaths(folder).checkpoint('last');
  if (await exists(file)) return file;
  const remedy = 'Name another run, or a checkpoint file, in "training.resumeFrom".';
  throw new UserError('no-checkpoint', 'This folder has no last checkpoint to go on from', remedy, { file: folder });
}

/** A new run that begins with another's weights and optimiser state. */
async function startFrom(file: string, start: Start): Promise<TrainingState> {
  const { config, identity, notice } = start;
  const info = await readCheckpointInfo(file);
  const { epoch, batch, lossSum, curve } = info.state;
  const changed = differences(info.recipe, identity.recipe);
  const fatal = changed.filter((key) => key.startsWith('shape.') || key === 'embedding.train');
  if (Number(info.recipe['training.ema']) > 0 !== config.training.ema > 0) fatal.push('training.ema');
  if (info.vocabulary !== identity.vocabulary) fatal.push('the vocabulary');
  if (info.labels !== identity.labels) fatal.push('the labels');
  if (info.state.phase === 'retraining') fatal.push('the phase (it was retraining on all documents)');
  if (fatal.length)
    throw new UserError(
      'checkpoint-differs',
      `The checkpoint differs from this run in ${fatal.join(', ')}`,
      'Use the data and the settings that it was made with.',
      { file },
    );
  if (epoch >= config.training.epochs)
    throw new UserError(
      'nothing-to-train',
      `The checkpoint has ${epoch} epochs behind it, and "training.epochs" is ${config.training.epochs}`,
      'Set more epochs.',
      { file },
    );
  await restore(file, start);
  const isSame = changed.length === 0 && info.data === identity.data;
  if (isSame) return { ...initialState(), epoch, batch, lossSum, curve };
  const what = [...changed, ...(info.data === identity.data ? [] : ['the documents'])].join(', ');
  notice(
    'warning',
    `Goes on from ${basename(file)} at the start of epoch ${epoch + 1}, with other values of: ${what}.`,
  );
  return { ...initialState(), epoch };
}

async function restore(file: string, { engine, notice }: Start): Promise<void> {
  const { build } = await restoreEngine(file, engine);
  if (build !== engine.build)
    notice(
      'warning',
      `The checkpoint was written by "${build}", this is "${engine.build}": the weights will differ in their last bits from an uninterrupted run's.`,
    );
}

export function checkSameData(info: RunIdentity, now: RunIdentity, file: string): void {
  const names = { vocabulary: 'vocabulary', labels: 'labels', data: 'training or validation documents' } as const;
  const changed = (Object.keys(names) as (keyof typeof names)[]).filter((key) => info[key] !== now[key]);
  if (changed.length)
    throw new UserError(
      'resume-data-differs',
      `The run was begun with another ${changed.map((key) => names[key]).join(', ')}`,
      'Put the dataset and the text settings back as they were, or start a new run.',
      { file },
    );
}

/** Keys on which two recipes differ. */
function differences(a: Recipe, b: Recipe): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** Refuses to go on with a run under settings that it was not begun with. */
export function checkSameRecipe(begun: Recipe, now: Recipe, file: string): void {
  const keys = differences(begun, now);
  if (keys.length === 0) return;
  const list = keys.map((key) => `${key} (${text(begun[key])} in the run, ${text(now[key])} now)`).join(', ');
  throw new UserError(
    'resume-config-differs',
    `The run was begun with other settings: ${list}`,
    'Resume with the config in its folder, or start a new run with `training.resumeFrom` naming this checkpoint.',
    { file },
  );
}

const text = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
