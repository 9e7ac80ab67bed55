import type { Tree } from './check.ts';
import { baseLayers, mergeLayers } from './layers.ts';
import { nodeFiles } from './fileAccess.ts';
import type { PartialConfig, PresetName } from './presets.ts';
import type { RunConfig } from './runConfig.ts';

/** A complete config from some values, on a preset; for programs that have no config file. Not validated. */
export function completeConfig(
  values: PartialConfig & { dataset: { train: string } },
  preset: PresetName = 'libmultilabel',
): RunConfig {
  const { layers } = baseLayers(preset, undefined, [], nodeFiles);
  return mergeLayers([...layers, { from: 'file', values: values as Tree }], undefined).config as unknown as RunConfig;
}
