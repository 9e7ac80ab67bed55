/** Prepared data to and from the cache. */
import type { RunConfig } from '../config/runConfig.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import { progressEvents } from '../base/events.ts';
import { overFiles } from '../base/progress.ts';
import { type CacheEntry, PreparedCache } from './cacheFolder.ts';
import type { Corpus } from './corpus.ts';
import { cacheKey, inputFiles, unchanged } from './cacheKey.ts';
import { LabelSet } from './labelSet.ts';
import type { PreparationReport, PreparedData, PrepareOptions } from './preparedData.ts';
import { type Split, splitNames } from '../base/splits.ts';
import { Vocabulary } from './vocabulary.ts';

/**
 * The data from the cache if it holds them, else from `build`, which are then stored. A cache that cannot be read or
 * written is reported in a notice and never stops a run.
 */
export async function withCache(
  config: RunConfig,
  options: PrepareOptions,
  build: () => Promise<PreparedData>,
): Promise<PreparedData> {
  const { cache: isOn, cacheFolder } = config.output;
  if (!isOn || cacheFolder === undefined) return build();
  const { signal, onEvent = () => {} } = options;
  onEvent({ type: 'phase', phase: 'preparing', message: 'Looking for prepared data' });
  const files = await inputFiles(config);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const onProgress = overFiles(size, progressEvents(onEvent, 'preparing'));
  const key = await cacheKey(config, files, { signal, onProgress });
  const kind: CachedKind<PreparedData> = {
    what: 'prepared data',
    toEntry,
    fromEntry: (entry) => ({ ...fromEntry(entry), fromCache: true }),
    isCurrent: () => unchanged(files),
  };
  return throughCache(config.output, key, kind, options, build);
}

/** Something that is kept in the cache. */
export interface CachedKind<T> {
  /** For notices, such as "prepared data". */
  what: string;
  toEntry(value: T): CacheEntry;
  fromEntry(entry: CacheEntry): T;
  /** Whether what it was built from is as it was when the key was made. */
  isCurrent?(): Promise<boolean>;
}

/** A value from the cache by its key, else from `build`. Without a cache folder, or with `cache` off, always from `build`. */
export async function throughCache<T>(
  { cache: isOn, cacheFolder, cacheLimit }: RunConfig['output'],
  key: string,
  { what, toEntry, fromEntry, isCurrent }: CachedKind<T>,
  { signal, onEvent = () => {} }: PrepareOptions,
  build: () => Promise<T>,
): Promise<T> {
  if (!isOn || cacheFolder === undefined) return build();
  const warn = (message: string) => onEvent({ type: 'notice', level: 'warning', message });
  const cache = new PreparedCache(cacheFolder, cacheLimit * 1e6);
  const found = await orWarn(`${what} could not be read`, () => cache.read(key, signal), warn);
  if (found === 'torn') warn(`The ${what} in the cache is damaged; it is made again`);
  else if (found) return fromEntry(found);
  const value = await build();
  if (isCurrent && !(await isCurrent()))
    warn(`A data file changed while it was read; the ${what} is not kept in the cache`);
  else if (
    (await orWarn(`${what} could not be written`, () => cache.write(key, toEntry(value), signal), warn)) === false
  )
    warn(`The ${what} is larger than output.cacheLimit (${cacheLimit} MB) and is not kept in the cache`);
  return value;
}

async function orWarn<T>(
  done: string,
  work: () => Promise<T>,
  warn: (message: string) => void,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const isFileFault = error instanceof UserError || (error instanceof Error && 'syscall' in error);
    if (error instanceof Cancelled || !isFileFault) throw error;
    const why = error instanceof UserError ? error.describe() : error.message;
    warn(`The cache of ${done}: ${why}`);
    return undefined;
  }
}

interface Meta {
  words: string[];
  labelNames: string[];
  display: (string | null)[];
  ids: Partial<Record<Split, string[]>>;
  report: PreparationReport;
}

function toEntry(data: PreparedData): CacheEntry {
  const { vocabulary, labels, pretrained, report } = data;
  const ids: Meta['ids'] = {};
  const arrays: CacheEntry['arrays'] = { trainCounts: labels.trainCounts };
  if (vocabulary.counts) arrays.wordCounts = vocabulary.counts;
  if (pretrained) Object.assign(arrays, { rows: pretrained.rows, found: pretrained.found });
  for (const split of splitNames) {
    const corpus = data[split];
    if (!corpus) continue;
    ids[split] = corpus.ids;
    for (const field of ['words', 'wordStarts', 'labels', 'labelStarts'] as const)
      arrays[`${split}.${field}`] = corpus[field];
    if (corpus.values) arrays[`${split}.values`] = corpus.values;
  }
  const display = labels.display.map((name) => name ?? null);
  const meta: Meta = { words: vocabulary.words, labelNames: labels.names, display, ids, report };
  return { meta, arrays };
}

/** The entry was verified byte for byte and is keyed by `formatVersion`, so its shape is trusted. */
function fromEntry({ meta, arrays }: CacheEntry): Omit<PreparedData, 'fromCache'> {
  const { words, labelNames, display, ids, report } = meta as Meta;
  const corpus = (split: Split): Corpus | undefined =>
    ids[split] && {
      size: ids[split].length,
      words: arrays[`${split}.words`] as Int32Array,
      wordStarts: arrays[`${split}.wordStarts`] as Float64Array,
      ...(arrays[`${split}.values`] && { values: arrays[`${split}.values`] as Float32Array }),
      labels: arrays[`${split}.labels`] as Int32Array,
      labelStarts: arrays[`${split}.labelStarts`] as Uint32Array,
      ids: ids[split],
    };
  const { rows, found } = arrays as { rows?: Float32Array; found?: Uint8Array };
  return {
    train: corpus('train')!,
    validation: corpus('validation'),
    test: corpus('test'),
    vocabulary: new Vocabulary(words, arrays.wordCounts as Float64Array | undefined),
    labels: new LabelSet(
      labelNames,
      display.map((name) => name ?? undefined),
      arrays.trainCounts as Uint32Array,
    ),
    pretrained: rows && found && { rows, found },
    report,
  };
}
