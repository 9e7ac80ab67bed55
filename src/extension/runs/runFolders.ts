import { isAbsolute, relative, resolve, sep } from 'node:path';
import { analyse } from '../../core/config/validate.ts';

/** The folder that a config's runs are written to, absolute; undefined where the text is too broken to say. */
export function outputFolderOf(text: string, file: string): string | undefined {
  const { folder } = analyse(text, { file }).config.output ?? {};
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
