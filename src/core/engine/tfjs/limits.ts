import { UserError } from '../../base/errors.ts';
import { megabytes } from '../../base/memory.ts';
import type { NetworkShape } from '../../model/network.ts';
import { parameters, pooledSize } from '../../model/network.ts';
import type { DistinctWords } from '../wordNumbering.ts';
import type { Backend } from './backend.ts';

/** A tensor that lies in one buffer of the device. */
interface Part {
  what: string;
  sizes: number[];
}

/** Refuses a network with a parameter that no buffer of the device holds. The embedding stays in the program's memory. */
export function requireParametersFit(shape: NetworkShape, backend: Backend): void {
  const onDevice = parameters(shape).filter(({ name }) => name !== 'embedding');
  requireFit(
    backend,
    onDevice.map(({ name, shape: sizes }) => ({ what: `numbers of ${name}`, sizes })),
    'Use the engine wasm, fewer hidden units, filters or pools, or fewer labels.',
  );
}

/** Refuses a batch with a tensor that no buffer of the device holds. */
export function requireBatchFits(shape: NetworkShape, words: DistinctWords, backend: Backend): void {
  const { documents, count } = words;
  const { filters, pools, dim, labels, hidden, pooling } = shape;
  const largest = Math.max(...shape.filterSizes);
  const parts: Part[] = [
    { what: 'logits of a batch', sizes: [documents, labels] },
    { what: 'pooled units of a batch', sizes: [documents, pooledSize(shape)] },
    { what: 'hidden layer of a batch', sizes: [documents, hidden] },
    { what: 'word vectors of a batch', sizes: [count, dim] },
    { what: 'projections of the words of a batch', sizes: [count, largest * filters] },
  ];
  if (pooling === 'dynamic-average')
    parts.push({ what: 'weights of the averages', sizes: [documents * pools, count * largest] });
  requireFit(backend, parts, 'Use the engine wasm, or a smaller training.batchSize.');
}

/** Documents that can be scored at once. */
export function documentsThatFit(shape: NetworkShape, { largestBuffer = Infinity }: Backend, most: number): number {
  const floats = Math.max(shape.labels, shape.hidden, pooledSize(shape));
  return Math.max(1, Math.min(most, Math.floor(largestBuffer / 4 / floats)));
}

function requireFit({ largestBuffer = Infinity, build }: Backend, parts: Part[], remedy: string): void {
  const bytesOf = ({ sizes }: Part): number => 4 * sizes.reduce((product, size) => product * size, 1);
  const largest = parts.reduce((a, b) => (bytesOf(b) > bytesOf(a) ? b : a));
  if (bytesOf(largest) <= largestBuffer) return;
  const sizes = largest.sizes.map((size) => size.toLocaleString('en')).join(' x ');
  throw new UserError(
    'model-too-large',
    `The ${largest.what}, ${sizes}, need ${megabytes(bytesOf(largest))} in one buffer; ${build} gives ${megabytes(largestBuffer)}`,
    remedy,
  );
}
