import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { time, type Timing } from '../measure.ts';
import type { Figure, PartResult } from '../report.ts';
import { operations, timeProduct, type Product } from '../sgemm.ts';

const products: Product[] = [
  { m: 1024, n: 1024, k: 1024 },
  { m: 2240, n: 3584, k: 304 },
  { m: 64, n: 4272, k: 512 },
];

/** The matrix products of a training step, here and in TensorFlow.js. */
export async function matrixProduct({ threads }: Context): Promise<PartResult> {
  const tfjs = await tfjsProducts();
  const rows = [];
  for (const [i, product] of products.entries()) {
    const rate = (t: Timing): Figure => rateOf(product, t);
    rows.push([
      `${product.m} x ${product.k} x ${product.n}`,
      rate(await timeProduct(product, 1)),
      rate(await timeProduct(product, threads)),
      rate(await timeProduct(product, 1, 'simd')),
      tfjs?.[i] ?? 'not measured',
    ]);
  }
  const head = ['m x k x n', '1 thread', `${threads} threads`, '1 thread without FMA', 'tfjs-wasm, 1 thread'];
  return { tables: [{ title: 'Matrix product, GFLOP/s, packing included', head, rows }], skipped: [] };
}

const rateOf = (product: Product, { median, low, high }: Timing): Figure => {
  const rate = (ms: number): number => operations(product) / ms / 1e6;
  return { value: rate(median), low: rate(high), high: rate(low), better: 'higher' };
};

/** The same products by tfjs's WebAssembly backend, where it is installed. */
async function tfjsProducts(): Promise<Figure[] | undefined> {
  try {
    const tf = await import('@tensorflow/tfjs-core');
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const folder = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('@tensorflow/tfjs-backend-wasm'));
    const files = join(folder, readdirSync(folder).includes('tfjs-backend-wasm.wasm') ? '' : '../dist');
    wasm.setWasmPaths(`${files}/`);
    await tf.setBackend('wasm');
    const rates: Figure[] = [];
    for (const product of products) {
      const { m, n, k } = product;
      const [a, b] = [tf.fill([m, k], 0.5), tf.fill([k, n], 0.25)];
      const timing = await time(5, 3, () => tf.tidy(() => void tf.matMul(a, b).dataSync()));
      tf.dispose([a, b]);
      rates.push({ ...rateOf(product, timing), better: undefined }); // another's
    }
    return rates;
  } catch (error) {
    console.error(`tfjs-wasm not measured: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
