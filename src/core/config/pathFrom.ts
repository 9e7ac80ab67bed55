import { relative, resolve, sep } from 'node:path';

/** A path as a config in `folder` states it: relative, with forward slashes; absolute where it is on another drive. */
export const pathFrom = (folder: string, path: string): string =>
  relative(folder, resolve(path)).split(sep).join('/') || '.';
