/** What a place in a config is about. */
import { findNodeAtOffset, getNodePath } from 'jsonc-parser';
import { ConfigText } from '../configText.ts';
import { describeKey, type KeyDescription } from '../describe.ts';
import type { Range } from '../diagnostics.ts';
import { isPreset, type Preset, presets } from '../presets.ts';
import type { Environment } from './environment.ts';
import { inheritedValue, type Inherited } from './inherited.ts';

interface ConfigHover {
  range: Range;
  description: KeyDescription;
  /** Of keys in sections: what holds where the config does not state them. */
  inherited?: Inherited;
  /** The preset that is named here. */
  preset?: { name: string } & Preset;
}

/** undefined where there is no known key. */
export function hoverAt(
  text: string,
  offset: number,
  environment: Pick<Environment, 'file' | 'files'>,
): ConfigHover | undefined {
  const source = new ConfigText(text);
  const node = source.root && findNodeAtOffset(source.root, offset);
  if (!node) return undefined;
  const path = getNodePath(node);
  const key = path.filter((name) => typeof name === 'string').join('.');
  const description = describeKey(path);
  if (!description || description.key !== key || ['object', 'array', 'property'].includes(node.type)) return undefined;
  const range = source.rangeOf(node);
  const isPresetName = key === 'extends' && typeof node.value === 'string' && isPreset(node.value) && path.length === 1;
  return {
    range,
    description,
    ...(key.includes('.') && { inherited: inheritedValue(text, key, environment) }),
    ...(isPresetName && { preset: { name: node.value as string, ...presets[node.value as keyof typeof presets] } }),
  };
}
