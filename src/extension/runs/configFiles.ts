import { basename } from 'node:path';

/** A config's name for people: its file name without the extension. Runs are called after it. */
export const configName = (file: string): string => basename(file).replace(/(\.xmlcnn)?\.jsonc?$/i, '');

export const isConfigFile = (path: string): boolean => /\.xmlcnn\.json$/i.test(path);
