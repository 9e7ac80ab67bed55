import type { Context } from './context.ts';
import { eurlex57k, reutersR90 } from './parts/dataset.ts';
import { labels } from './parts/labels.ts';
import { latency } from './parts/latency.ts';
import { matrixProduct } from './parts/matrixProduct.ts';
import { memory } from './parts/memory.ts';
import { reading } from './parts/reading.ts';
import { startUp } from './parts/startUp.ts';
import { threads } from './parts/threads.ts';
import type { PartResult } from './report.ts';

type Measure = (context: Context) => Promise<PartResult>;

/** The parts of the suite, in the order in which they run and are told. */
export const parts: Readonly<Record<string, Measure>> = {
  sgemm: matrixProduct,
  eurlex57k,
  reuters: reutersR90,
  labels,
  threads,
  reading,
  latency,
  'start-up': startUp,
  memory,
  engines: async (context) => (await import('./parts/engines.ts')).engines(context),
};

/** Those that run where none is named: `engines` takes long and measures others. */
export const usualParts = Object.keys(parts).filter((name) => name !== 'engines');

export const isPart = (name: string): boolean => Object.hasOwn(parts, name);
