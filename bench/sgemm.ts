import { calls } from '../src/core/engine/wasm/calls.generated.ts';
import { Machine } from '../src/core/engine/wasm/machine.ts';
import { time, type Timing } from './measure.ts';

/** A matrix product [m, k] x [k, n]. */
export interface Product {
  m: number;
  n: number;
  k: number;
}

export const operations = ({ m, n, k }: Product): number => 2 * m * n * k;

/** Milliseconds of this engine's matrix product, packing included. */
export async function timeProduct({ m, n, k }: Product, threads: number, build?: 'simd'): Promise<Timing> {
  const machine = new Machine(threads, build);
  const a = machine.allocate(m * k * 4);
  const packed = machine.allocate((m + 4) * k * 4);
  const weights = machine.allocate(n * k * 4);
  const bias = machine.allocate(n * 4);
  const c = machine.allocate((m + 4) * n * 4);
  machine.floats(a, m * k).fill(0.5);
  machine.floats(weights, n * k).fill(0.25);
  const block = 64;
  const scratchBytes = block * k * 4 + 256;
  const scratch = machine.heapTop;
  machine.reach(scratch + threads * scratchBytes);
  const product = [
    calls.packRows(Math.ceil(m / 4), { rows: m, k, source: a, stride: k * 4, target: packed }),
    calls.forward(Math.ceil(n / block), {
      documents: m,
      inputs: k,
      units: n,
      block,
      packedInput: packed,
      weight: weights,
      bias,
      output: c,
      outputStride: n * 4,
      relu: 0,
      keys: 0,
      threshold: 0,
      scale: 1,
    }),
  ];
  const timing = await time(15, 5, () => machine.run(product, { scratch, scratchBytes }));
  await machine.dispose();
  return timing;
}
