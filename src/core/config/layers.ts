import { basename, dirname, extname, isAbsolute, resolve } from 'node:path';
import { checkText, type Tree } from './check.ts';
import { configFileSchema } from './configFile.ts';
import { holdsPath } from '../base/schema.ts';
import { ConfigText } from './configText.ts';
import { type FileAccess, nodeFiles } from './fileAccess.ts';
import { isPreset, type PartialConfig, type PresetName, presetNames, presets } from './presets.ts';
import { type RunConfig, sections } from './runConfig.ts';
import { nearest } from './spelling.ts';

/** Values of one origin; later layers win over earlier ones. */
export interface Layer {
  from: 'default' | 'preset' | 'parent' | 'file' | 'override';
  /** Of a preset its name, of a parent its file. */
  name?: string;
  values: Tree;
  /** Folder that relative paths count from; undefined leaves them as they are. */
  folder?: string;
  whenPretrained?: Tree;
}

interface BaseProblem {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  /** What `extends` was probably meant to say. */
  nearest?: string;
}

export type Base = { layers: Layer[]; problem?: BaseProblem };

const asTree = (config: PartialConfig): Tree => config as Tree;

/** Everything that a config builds on, from the farthest to the nearest. `trail` holds the files that lead here. */
export function baseLayers(base: string, folder: string | undefined, trail: string[], files: FileAccess): Base {
  if (isPreset(base)) {
    const { values, whenPretrained } = presets[base];
    return {
      layers: [
        {
          from: 'preset',
          name: base,
          values: asTree(values),
          whenPretrained: whenPretrained && asTree(whenPretrained),
        },
      ],
    };
  }
  if (!looksLikePath(base)) return unknownPreset(base);
  if (folder === undefined && !isAbsolute(base)) {
    const message = `extends: ${base} cannot be followed before this config is saved to a folder.`;
    return { layers: [], problem: { severity: 'warning', code: 'extends-not-followed', message } };
  }
  return parentFile(base, resolve(folder ?? '', base), trail, files);
}

const looksLikePath = (base: string): boolean => /[\\/]/.test(base) || extname(base) !== '';

function unknownPreset(base: string): Base {
  const near = nearest(base, presetNames);
  const hint = near ? `Did you mean "${near}"?` : `Presets are ${presetNames.join(', ')}; a file needs its extension.`;
  const message = `extends: there is no preset "${base}". ${hint}`;
  return { layers: [], problem: { severity: 'error', code: 'unknown-preset', message, nearest: near } };
}

const failed = (code: string, message: string, near?: string): Base => ({
  layers: [],
  problem: { severity: 'error', code, message: `extends: ${message}`, nearest: near },
});

/** Longer chains are circles through links of the file system. */
const longestChain = 50;

function parentFile(stated: string, path: string, trail: string[], files: FileAccess): Base {
  if (trail.includes(path) || trail.length > longestChain) {
    const circle = [...trail.slice(trail.indexOf(path)), path].map((file) => basename(file));
    return failed('extends-circle', `configs extend each other in a circle (${circle.slice(0, 10).join(' -> ')}).`);
  }
  if (files.kind(path) !== 'file')
    return failed('file-not-found', `there is no file ${path}.`, nearestFile(stated, path, files));
  const text = files.read(path);
  if (text === undefined) return failed('file-unreadable', `${path} cannot be read as UTF-8 text.`);
  const source = new ConfigText(text);
  const { values, diagnostics } = checkText(source, configFileSchema);
  const [error] = [...source.syntaxErrors(), ...diagnostics].filter(({ severity }) => severity === 'error');
  if (error) return failed('extends-invalid', `${path}:${error.range.start.line + 1}: ${error.message}`);
  const folder = dirname(path);
  const base =
    typeof values.extends === 'string' ? baseLayers(values.extends, folder, [...trail, path], files) : { layers: [] };
  return { layers: [...base.layers, { from: 'parent', name: path, values, folder }], problem: base.problem };
}

/** The stated path with the file name exchanged for the nearest there is. */
export function nearestFile(stated: string, path: string, files: FileAccess): string | undefined {
  const near = nearest(basename(path), files.list(dirname(path)));
  return near === undefined ? undefined : stated.slice(0, stated.length - basename(path).length) + near;
}

interface Merged {
  config: Tree;
  /** Where each dotted key has its value from. */
  origins: Map<string, Layer>;
}

/** Puts layers on the defaults. `folder` is the config's own, for paths that are defaults. */
export function mergeLayers(layers: Layer[], folder: string | undefined): Merged {
  const merged: Merged = { config: {}, origins: new Map() };
  const all = [defaultLayer(layers, folder), ...layers];
  const pretrained = all.findLast(({ values }) => section(values, 'embedding').file !== undefined);
  const hasVectors = typeof section(pretrained?.values ?? {}, 'embedding').file === 'string';
  for (const layer of all) {
    putLayer(merged, layer, layer.values);
    if (hasVectors && layer.whenPretrained) putLayer(merged, layer, layer.whenPretrained);
  }
  return merged;
}

/** Without a preset the defaults are those of `libmultilabel`, with pretrained vectors too. */
function defaultLayer(layers: Layer[], folder: string | undefined): Layer {
  const isAlone = !layers.some(({ from }) => from === 'preset');
  const { whenPretrained } = presets.libmultilabel;
  return { from: 'default', values: defaults(), folder, ...(isAlone && { whenPretrained: asTree(whenPretrained!) }) };
}

const section = (values: Tree, name: string): Tree => (values[name] ?? {}) as Tree;

function putLayer({ config, origins }: Merged, layer: Layer, values: Tree): void {
  for (const [name, { properties }] of Object.entries(sections)) {
    const target = (config[name] ??= {}) as Tree;
    for (const [key, value] of Object.entries(section(values, name))) {
      const schema = properties[key];
      if (value === null && schema.absent === 'missing') delete target[key];
      else if (holdsPath(schema) && typeof value === 'string') target[key] = place(value, layer.folder);
      else target[key] = structuredClone(value);
      origins.set(`${name}.${key}`, layer);
    }
  }
}

const place = (path: string, folder: string | undefined): string =>
  folder === undefined ? path : resolve(folder, path);

/** The default of every key that has one. */
function defaults(): Tree {
  return Object.fromEntries(
    Object.entries(sections).map(([name, { properties }]) => [
      name,
      Object.fromEntries(
        Object.entries(properties).flatMap(([key, { info }]) =>
          info.default === undefined ? [] : [[key, info.default]],
        ),
      ),
    ]),
  );
}

/** A complete config from some values, on a preset; for programs that have no config file. Not validated. */
export function completeConfig(
  values: PartialConfig & { dataset: { train: string } },
  preset: PresetName = 'libmultilabel',
): RunConfig {
  const { layers } = baseLayers(preset, undefined, [], nodeFiles);
  return mergeLayers([...layers, { from: 'file', values: values as Tree }], undefined).config as unknown as RunConfig;
}
