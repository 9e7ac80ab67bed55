import { dirname } from 'node:path';
import { checkText, type Tree } from '../check.ts';
import { configFileSchema } from '../configFile.ts';
import { ConfigText } from '../configText.ts';
import { baseLayers, mergeLayers, type Layer } from '../layers.ts';
import type { Environment } from './environment.ts';

/** The value that a key has where the config itself does not state it. */
export interface Inherited {
  /** undefined where it would have none; paths are absolute. */
  value: unknown;
  from: 'default' | 'preset' | 'parent';
  /** Of a preset its name, of a parent its file. */
  name?: string;
}

/** The value of `section.key` without the config's own word on it: from what it extends, else the default. */
export function inheritedValue(
  text: string,
  key: string,
  { file, files }: Pick<Environment, 'file' | 'files'>,
): Inherited {
  const { values } = checkText(new ConfigText(text), configFileSchema);
  const [section, name] = key.split('.');
  const others = { ...(values[section] as Tree | undefined) };
  delete others[name];
  const folder = file === undefined ? undefined : dirname(file);
  const base =
    typeof values.extends === 'string'
      ? baseLayers(values.extends, folder, file === undefined ? [] : [file], files).layers
      : [];
  const own: Layer = { from: 'file', values: { ...values, [section]: others }, folder };
  const { config, origins } = mergeLayers([...base, own], folder);
  const origin = origins.get(key);
  const value = (config[section] as Tree | undefined)?.[name];
  if (origin?.from === 'preset' || origin?.from === 'parent') return { value, from: origin.from, name: origin.name };
  return { value, from: 'default' };
}
