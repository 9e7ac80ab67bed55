import { statSync } from 'node:fs';
import type { CommandArguments } from '../base/commandArguments.ts';
import { isConfigFile } from './configFiles.ts';

/** What commands about runs and configs are about. A job that has no folder yet is named by its id. */
export type Named =
  { type: 'config'; file: string } | { type: 'run'; folder: string } | { type: 'job'; id: string } | undefined;

export function named({ path, jobId }: CommandArguments): Named {
  if (path !== undefined) return namedPath(path);
  return jobId === undefined ? undefined : { type: 'job', id: jobId };
}

function namedPath(path: string): NonNullable<Named> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? !isConfigFile(path);
  return isFolder ? { type: 'run', folder: path } : { type: 'config', file: path };
}

/** The folders of all runs that were named or selected. */
export const foldersOf = ({ paths }: CommandArguments): string[] =>
  paths.map(namedPath).flatMap((name) => (name.type === 'run' ? [name.folder] : []));
