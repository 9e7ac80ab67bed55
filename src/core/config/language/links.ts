import { dirname, resolve } from 'node:path';
import { holdsPath } from '../../base/schema.ts';
import { checkText } from '../check.ts';
import { configFileSchema } from '../configFile.ts';
import { ConfigText } from '../configText.ts';
import type { Range } from '../diagnostics.ts';
import { schemaAt } from '../overrides.ts';
import { isPreset } from '../presets.ts';
import { datasetFile } from '../../data/datasetFile.ts';
import { namesDataset } from '../runConfig.ts';
import type { Environment } from './environment.ts';

/** A path in a config and what it leads to. */
interface ConfigPath {
  key: string;
  /** Of the path between its quotes. */
  range: Range;
  /** Absolute; of a dataset that is a part of a file, that file. */
  path: string;
}

/** The files and folders that a saved config names, whether they exist or not. */
export function pathsOf(text: string, file: string): ConfigPath[] {
  const source = new ConfigText(text);
  const found: ConfigPath[] = [];
  for (const [key, node] of checkText(source, configFileSchema).nodes) {
    if (!namesPath(key) || typeof node.value !== 'string' || node.value === '') continue;
    if (key === 'extends' && isPreset(node.value)) continue;
    const range = source.range(node.offset + 1, node.offset + node.length - 1);
    const path = resolve(dirname(file), node.value);
    found.push({ key, range, path: namesDataset(key) ? datasetFile(path).file : path });
  }
  return found;
}

function namesPath(key: string): boolean {
  const schema = schemaAt(key);
  return key === 'extends' || (schema !== undefined && holdsPath(schema));
}

/** Those of them that are files. */
export const linksOf = (text: string, file: string, { files }: Pick<Environment, 'files'>): ConfigPath[] =>
  pathsOf(text, file).filter(({ path }) => files.kind(path) === 'file');
