import { UserError } from '../../base/errors.ts';
import { largest, matrices, nearestFits, remediesText, type Remedy } from '../../model/nearestFit.ts';
import type { NetworkShape } from '../../model/network.ts';
import type { EngineOptions } from '../engine.ts';
import { layAreas, type BatchCounts } from './areas.ts';
import { layoutOf, parameterBytes } from './layout.ts';
import { kernelRoom, megabytes, memoryLimit } from '../../base/memory.ts';

/** Room that is left for a batch by what is proposed before one is known. */
const usualBatchBytes = 128 * 1048576;

/**
 * Refuses a model, with this batch where there is one, that WebAssembly's 4 GiB cannot hold, with the sizes of its parts and the nearest
 * settings that fit.
 */
export function requireFit(options: EngineOptions, threads: number, batch?: BatchCounts): void {
  const { parameters, batch: forBatch, holds } = memoryOf(options, threads, batch);
  if (holds) return;
  throw new UserError(
    'model-too-large',
    `This model needs ${megabytes(parameters)} for weights and optimiser state${batch ? ` and ${megabytes(forBatch)} for a batch` : ''}, ` +
      `WebAssembly holds 4,096 MB (${partsText(options)})`,
    remedyText(options, threads, batch),
  );
}

/** Bytes of the weights with what training keeps of them, and of a batch; and whether WebAssembly holds them. */
export function memoryOf(
  options: EngineOptions,
  threads = 1,
  counts?: BatchCounts,
): { parameters: number; batch: number; holds: boolean } {
  const layout = layoutOf(options.shape);
  const parameters = parameterBytes(layout, options);
  const batch = counts ? layAreas(layout, options, threads, counts, 0).end : 0;
  return { parameters, batch, holds: parameters + batch < memoryLimit - kernelRoom };
}

/** Each part with what training keeps of it; those under a hundredth are left out. */
function partsText(options: EngineOptions): string {
  const { slots } = layoutOf(options.shape);
  const bytes = (what: string): number => {
    const isOf = ({ name }: { name: string }): boolean => partOf(name) === what;
    return parameterBytes({ ...layoutOf(options.shape), slots: slots.filter(isOf) }, options);
  };
  const parts = matrices(options.shape).map((part) => ({ ...part, bytes: bytes(part.what) }));
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  return parts
    .filter((part) => part.bytes > total / 100)
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ what, rows, columns, bytes }) => `${what} ${count(rows)} x ${count(columns)}: ${megabytes(bytes)}`)
    .join(', ');
}

const count = (n: number): string => n.toLocaleString('en');

function partOf(slot: string): string {
  if (slot === 'embedding') return 'word vectors';
  if (slot.startsWith('conv')) return 'filters';
  return slot.startsWith('hidden') ? 'hidden layer' : 'output layer';
}

function remedyText(options: EngineOptions, threads: number, batch?: BatchCounts): string {
  const fits = (shape: NetworkShape, counts = batch): boolean => {
    const { parameters, holds } = memoryOf({ ...options, shape }, threads, counts);
    return holds && (counts !== undefined || parameters < memoryLimit - kernelRoom - usualBatchBytes);
  };
  const smaller = batch && smallerBatch(batch, (counts) => fits(options.shape, counts));
  const remedies = [...(smaller ? [smaller] : []), ...nearestFits(options.shape, fits)];
  if (remedies.length === 0) return 'Use a smaller network: no change of a single setting makes it fit.';
  const room = batch ? '' : `, with ${megabytes(usualBatchBytes)} left for a batch`;
  return `It fits with ${remediesText(remedies)}${room}.`;
}

/** The largest part of a batch that fits: it has at most all of its distinct words, and at most as many as it has words. */
function smallerBatch(batch: BatchCounts, fits: (counts: BatchCounts) => boolean): Remedy | undefined {
  const value = largest(batch.documents - 1, 1, (documents) => {
    const share = documents / batch.documents;
    const [tokens, labels] = [Math.ceil(batch.tokens * share), batch.labels && Math.ceil(batch.labels * share)];
    return fits({ ...batch, documents, tokens, labels, distinct: Math.min(batch.distinct, tokens) });
  });
  return value > 0 ? { key: 'training.batchSize', value } : undefined;
}
