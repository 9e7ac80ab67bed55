import type { PartialConfig, PresetName } from '../../src/core/config/presets.ts';
import { isPreset, presetNames, presets } from '../../src/core/config/presets.ts';
import type { QualitySet } from './sets.ts';
import { qualitySets } from './sets.ts';

/** One run: a preset on a dataset from a seed. */
export interface Job {
  set: QualitySet;
  preset: PresetName;
  seed: number;
}

/** A finished run, a line of the results. */
export interface Result {
  dataset: string;
  preset: PresetName;
  seed: number;
  /** What the preset was at that time, the dataset's changes in it. */
  recipe: PartialConfig;
  /** Figures on the test split by their standard names, fractions of 1. */
  metrics: Record<string, number>;
  /** Tuned on validation. */
  threshold?: number;
  epochs: number;
  bestEpoch: number;
  /** Epochs on train and validation together, where the recipe asks for them. */
  retrainedEpochs?: number;
  /** Of training and validation, and documents per second of the training steps alone. */
  seconds: number;
  documentsPerSecond: number;
  threads: number;
  engine: string;
  node: string;
  /** ISO 8601. */
  finishedAt: string;
}

export interface Selection {
  datasets: string[];
  presets: string[];
  seeds: string;
}

/** Presets that are measured unless others are asked for. */
export const measuredPresets: readonly PresetName[] = [
  'libmultilabel',
  'kim-bce',
  'paper',
  'wide',
  'wider',
  'best',
  'linear',
];

/** Whether chance is in it: a linear model is the same from every seed but for the documents that are held out. */
export const isRandom = (preset: PresetName): boolean => presets[preset].values.model?.type !== 'linear';

/** Seed by seed, so that whoever stops early has every preset once; what is not random has the first seed alone. Throws `Error` for a name or a seed that is none. */
export function jobsOf({ datasets, presets: wanted, seeds }: Selection): Job[] {
  const sets = qualitySets.filter(({ name }) => datasets.length === 0 || datasets.includes(name));
  const strange = datasets.find((name) => !qualitySets.some((set) => set.name === name));
  if (strange !== undefined)
    throw new Error(`--dataset ${strange}: there are ${qualitySets.map(({ name }) => name).join(', ')}`);
  const chosen = wanted.length === 0 ? measuredPresets : wanted.map(presetOf);
  const presetsOf = (first: boolean): PresetName[] => chosen.filter((preset) => first || isRandom(preset));
  return seedsOf(seeds).flatMap((seed, i) =>
    sets.flatMap((set) => presetsOf(i === 0).map((preset) => ({ set, preset, seed }))),
  );
}

function presetOf(name: string): PresetName {
  if (isPreset(name)) return name;
  throw new Error(`--preset ${name}: there are ${presetNames.join(', ')}`);
}

/** `1-3`, `2` or `1,4`. Throws `Error`. */
export function seedsOf(text: string): number[] {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (match) {
    const [from, to] = [Number(match[1]), Number(match[2])];
    if (from <= to && to - from < 1000) return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  } else if (/^\d+(,\d+)*$/.test(text)) return text.split(',').map(Number);
  throw new Error(`--seeds ${text}: write 1-3, 2 or 1,4`);
}

/** The preset's values with the dataset's changes over them. */
export function recipeOf({ set, preset }: Pick<Job, 'set' | 'preset'>): PartialConfig {
  return merged(presets[preset].values, set.changes?.[preset] ?? {});
}

/** The second over the first, section by section. */
export function merged(a: PartialConfig, b: PartialConfig): PartialConfig {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof PartialConfig)[];
  return Object.fromEntries(keys.map((key) => [key, { ...a[key], ...b[key] }]));
}

/** Whether the result is of this job, with the preset as it is now. */
export const isOf = (result: Result, job: Job): boolean =>
  result.dataset === job.set.name &&
  result.preset === job.preset &&
  result.seed === job.seed &&
  JSON.stringify(result.recipe) === JSON.stringify(recipeOf(job));

/** What is left to do. */
export const remaining = (jobs: readonly Job[], results: readonly Result[]): Job[] =>
  jobs.filter((job) => !results.some((result) => isOf(result, job)));

/** The results in the text of a results file; a last line that was cut off by a kill is none. Throws `Error`. */
export function parseResults(text: string): Result[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Result);
}

/** Name of a job's run folder. */
export const runName = ({ set, preset, seed }: Job): string => `${set.name}-${preset}-${seed}`;
