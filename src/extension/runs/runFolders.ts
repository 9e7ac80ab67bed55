import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { RunConfig } from '../../core/config/runConfig.ts';
import { analyse } from '../../core/config/validate.ts';
import { isRunOfConfig } from '../../core/training/runListing.ts';

/** The folder that a config's runs are written to, absolute; undefined where the text is too broken to say. */
export function outputFolderOf(text: string, file: string): string | undefined {
  return folderOf(analyse(text, { file }).config);
}

/** Whether a run folder holds a run of a config; not where the text is too broken to say. */
export function isRunOf(run: string, text: string, file: string): boolean {
  const { config } = analyse(text, { file });
  return folderOf(config) === dirname(run) && isRunOfConfig(basename(run), config, file);
}

function folderOf({ output }: RunConfig): string | undefined {
  const { folder } = output ?? {};
  return typeof folder === 'string' ? resolve(folder) : undefined;
}

/** The setting's folder under each workspace folder; an absolute one stands for itself. */
export const settingFolders = (setting: string, workspaceFolders: readonly string[]): string[] =>
  isAbsolute(setting) ? [resolve(setting)] : workspaceFolders.map((folder) => resolve(folder, setting));

/** The run that a changed file belongs to: the folder next below one of the folders of runs. */
export function runOf(path: string, folders: Iterable<string>): string | undefined {
  for (const folder of folders) {
    const inside = relative(folder, path);
    if (inside && !inside.startsWith('..') && !isAbsolute(inside)) return resolve(folder, inside.split(sep)[0]);
  }
  return undefined;
}
