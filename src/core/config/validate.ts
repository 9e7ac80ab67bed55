import type { Node } from 'jsonc-parser';
import { dirname, resolve } from 'node:path';
import { checkText, type Tree } from './check.ts';
import { configFileSchema } from './configFile.ts';
import { ConfigText, setKey } from './configText.ts';
import { comparePositions, type Diagnostic, type Fix, noRange, type Range } from './diagnostics.ts';
import { type FileAccess, nodeFiles } from './fileAccess.ts';
import { type Base, baseLayers, type Layer, mergeLayers } from './layers.ts';
import { applyRules, type Violation } from './rules.ts';
import type { RunConfig } from './runConfig.ts';
import type { Facts } from './size.ts';

export interface ValidateOptions {
  /** Where the text is (to be) stored, absolute; relative paths count from its folder. */
  file?: string;
  /** Also look whether files exist and fit. */
  checkFiles?: boolean;
  facts?: Facts;
  /** Default: the file system of this machine. */
  files?: FileAccess;
  /** Values that win over the text's, as `parseOverrides` gives them. */
  overrides?: Tree;
  /** Folder that paths in `overrides` count from. */
  overridesFolder?: string;
}

export interface Analysis {
  diagnostics: Diagnostic[];
  /** The resolved config; trust it only where no diagnostic is an error. */
  config: RunConfig;
  /** Where each dotted key has its value from. */
  origins: ReadonlyMap<string, Layer>;
}

/** Everything wrong with a config's text, in the order of the text. */
export const validateText = (text: string, options: ValidateOptions = {}): Diagnostic[] =>
  analyse(text, options).diagnostics;

/** Resolves a config's text and says what is wrong with it. */
export function analyse(text: string, options: ValidateOptions = {}): Analysis {
  const { files = nodeFiles, overrides = {} } = options;
  const file = options.file === undefined ? undefined : resolve(options.file);
  const folder = file === undefined ? undefined : dirname(file);
  const source = new ConfigText(text);
  const checked = checkText(source, configFileSchema);
  const trail = file === undefined ? [] : [file];
  const base: Base =
    typeof overrides.extends === 'string'
      ? baseLayers(overrides.extends, options.overridesFolder, trail, files)
      : typeof checked.values.extends === 'string'
        ? baseLayers(checked.values.extends, folder, trail, files)
        : { layers: [] };
  const layers: Layer[] = [
    ...base.layers,
    { from: 'file', values: checked.values, folder },
    { from: 'override', values: overrides, folder: options.overridesFolder },
  ];
  const { config, origins } = mergeLayers(layers, folder);
  const diagnostics = [...source.syntaxErrors(), ...checked.diagnostics];
  const places = new Places(source, checked.nodes, origins);
  if (base.problem) diagnostics.push(places.baseDiagnostic(base.problem));
  const resolved = config as unknown as RunConfig;
  if (source.brokenFrom === Infinity && source.root?.type === 'object' && !base.problem) {
    const context = {
      config: resolved,
      facts: options.facts ?? {},
      files: options.checkFiles ? files : undefined,
      stated: (key: string) => (origins.get(key)?.from === 'file' ? at(checked.values, key) : undefined),
    };
    const faulty = new Set([...checked.meant, ...checked.diagnostics.flatMap(({ key }) => key ?? [])]);
    const violations = applyRules(context).filter(({ keys }) => !keys.some((key) => hasFault(faulty, key)));
    diagnostics.push(...violations.map((violation) => places.diagnostic(violation)));
  }
  diagnostics.sort((a, b) => comparePositions(a.range.start, b.range.start));
  return { diagnostics, config: resolved, origins };
}

/** Whether a key, an entry of it, or what it is an entry of has been complained about: one problem, one diagnostic. */
const hasFault = (faulty: Set<string>, key: string): boolean =>
  [...faulty].some((other) => other === key || other.startsWith(`${key}.`) || key.startsWith(`${other}.`));

const at = (tree: Tree, key: string): unknown => {
  const [section, name] = key.split('.');
  return (tree[section] as Tree | undefined)?.[name];
};

/** Finds where in the text a violation is best shown, and how the text is to be changed to fix it. */
class Places {
  constructor(
    private readonly source: ConfigText,
    private readonly nodes: Map<string, Node>,
    private readonly origins: Map<string, Layer>,
  ) {}

  baseDiagnostic({ severity, code, message, nearest }: NonNullable<Base['problem']>): Diagnostic {
    const node = this.nodes.get('extends');
    const diagnostic: Diagnostic = {
      severity,
      code,
      message,
      range: node ? this.source.rangeOf(node) : noRange,
      key: 'extends',
    };
    if (node && nearest)
      diagnostic.fix = { title: `Change to "${nearest}"`, edits: [this.source.replace(node, nearest)] };
    return diagnostic;
  }

  diagnostic({ severity, code, message, keys, set }: Violation): Diagnostic {
    const diagnostic: Diagnostic = { severity, code, message, range: this.rangeOf(keys), key: keys[0] };
    const fix = set && this.fix(set.key, set.value);
    if (fix) diagnostic.fix = fix;
    return diagnostic;
  }

  /** The first of these keys that the text itself states, else what it extends, else the section, else the whole's beginning. */
  private rangeOf(keys: string[]): Range {
    if (keys.some((key) => this.originOf(key) === 'override')) return noRange;
    const stated = keys.find((key) => this.originOf(key) === 'file' && this.nodes.has(key));
    if (stated) return this.source.rangeOf(this.nodes.get(stated)!);
    const inherited = keys.some((key) => ['preset', 'parent'].includes(this.originOf(key) ?? ''));
    const base = this.nodes.get('extends');
    if (inherited && base) return this.source.rangeOf(base);
    const section = keys.map((key) => this.nodes.get(key.split('.')[0])).find((node) => node !== undefined);
    const name = section?.parent?.children?.[0];
    if (name) return this.source.rangeOf(name);
    const start = this.source.root?.offset ?? 0;
    return this.source.range(start, start + 1);
  }

  private originOf(key: string): Layer['from'] | undefined {
    return this.origins.get(key.split('.').slice(0, 2).join('.'))?.from;
  }

  private fix(key: string, value: unknown): Fix | undefined {
    if (this.originOf(key) === 'override') return undefined;
    const edit = setKey(this.source, this.nodes, key, value);
    return edit && { title: `Set ${key} to ${JSON.stringify(value)}`, edits: [edit] };
  }
}
