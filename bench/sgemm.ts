import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { Machine } from '../src/core/engine/wasm/machine.ts';
import { time } from './measure.ts';

interface Shape {
  m: number;
  n: number;
  k: number;
}

export interface SgemmResult {
  shape: Shape;
  oneThread: number;
  allThreads: number;
  withoutFma: number;
  tfjs?: number;
}

const shapes: Shape[] = [
  { m: 1024, n: 1024, k: 1024 },
  { m: 2240, n: 3584, k: 304 },
  { m: 64, n: 4272, k: 512 },
];

/** The matrix products of a training step, here and in tfjs. */
export async function measureSgemm(threads: number): Promise<SgemmResult[]> {
  const tfjs = await tfjsSgemm();
  const results: SgemmResult[] = [];
  for (const [i, shape] of shapes.entries())
    results.push({
      shape,
      oneThread: await ownSgemm(shape, 1),
      allThreads: await ownSgemm(shape, threads),
      withoutFma: await ownSgemm(shape, 1, 'simd'),
      tfjs: tfjs?.[i],
    });
  return results;
}

/** GFLOP/s of this engine's matrix product, packing included: [m, k] x [k, n]. */
async function ownSgemm({ m, n, k }: Shape, threads: number, build?: 'simd'): Promise<number> {
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
  const calls = [
    { kernel: 'packRows' as const, tiles: Math.ceil(m / 4), integers: [m, k, a, k * 4, packed] },
    {
      kernel: 'forward' as const,
      tiles: Math.ceil(n / block),
      integers: [m, k, n, block, packed, weights, bias, c, n * 4, 0, 0, 0],
      floats: [1],
    },
  ];
  const { low } = await time(7, 4, () => machine.run(calls, scratch, scratchBytes));
  await machine.dispose();
  return (2 * m * n * k) / low / 1e6;
}

/** The same product by tfjs's WebAssembly backend, where it is installed. */
async function tfjsSgemm(): Promise<number[] | undefined> {
  try {
    const tf = await import('@tensorflow/tfjs-core');
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const folder = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('@tensorflow/tfjs-backend-wasm'));
    const files = join(folder, readdirSync(folder).includes('tfjs-backend-wasm.wasm') ? '' : '../dist');
    wasm.setWasmPaths(`${files}/`);
    await tf.setBackend('wasm');
    const rates: number[] = [];
    for (const { m, n, k } of shapes) {
      const [a, b] = [tf.fill([m, k], 0.5), tf.fill([k, n], 0.25)];
      const { low } = await time(5, 3, () => tf.tidy(() => void tf.matMul(a, b).dataSync()));
      tf.dispose([a, b]);
      rates.push((2 * m * n * k) / low / 1e6);
    }
    return rates;
  } catch (error) {
    console.error(`tfjs-wasm not measured: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
