import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createEngine } from '../../src/core/engine/createEngine.ts';
import type { Engine } from '../../src/core/engine/engine.ts';
import { EngineUnavailable } from '../../src/core/engine/engines/unavailable.ts';
import { registered } from '../../src/core/engine/tfjs/backend.ts';
import { TfjsEngine } from '../../src/core/engine/tfjs/tfjsEngine.ts';
import { initialWeights } from '../../src/core/model/initialWeights.ts';
import type { Context } from '../context.ts';
import { time, type Timing } from '../measure.ts';
import type { Cell, PartResult } from '../report.ts';
import { libmultilabel, optionsOf, type Setting } from '../settings.ts';
import { batchOf, eurlexTexts, type Texts } from '../texts.ts';

/** Documents of a batch: the slow ones get few. */
const measured: Record<string, number> = {
  wasm: 64,
  tensorflow: 64,
  'tfjs-wasm': 32,
  'tfjs-cpu': 1,
  webgpu: 1,
  reference: 1,
};

/** Training and scoring by every engine there is, at LibMultiLabel's settings; and convolution by conv1d beside ours. */
export async function engines({ threads }: Context): Promise<PartResult> {
  const texts = await eurlexTexts();
  const wasmBackend = createRequire(join(process.cwd(), 'package.json')).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(wasmBackend)}/`);
  const rows: Cell[][] = [];
  const skipped: string[] = [];
  for (const [name, size] of Object.entries(measured)) {
    try {
      rows.push(await measure(name, size, libmultilabel, texts, threads));
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      skipped.push(`${name}: ${error.problem}`);
    }
  }
  const convolutions: Cell[][] = [];
  for (const name of ['tensorflow', 'tfjs-wasm', 'tfjs-cpu', 'webgpu']) {
    try {
      convolutions.push(await measureConvolution(name, texts, libmultilabel));
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
  return {
    tables: [
      {
        title: `Engines, ${texts.name}, one to eight runs of small batches: orders of magnitude`,
        head: ['engine', 'documents in a batch', 'trains, documents/s', 'applies, documents/s'],
        rows,
      },
      {
        title: 'Convolution and maximum in TensorFlow.js, ms, documents of 500 words, 2/4/8 x 256 filters',
        head: [
          'backend',
          'conv1d, forward',
          'project then gather, forward',
          'conv1d, with gradients',
          'project then gather, whole step',
        ],
        rows: convolutions,
      },
    ],
    skipped,
  };
}

async function measure(name: string, size: number, setting: Setting, texts: Texts, threads: number): Promise<string[]> {
  const engine = await engineOf(name, setting, texts, threads);
  try {
    await engine.writeWeights(initialWeights(engine.shape, { seed: 1, initializer: 'torch', outputBias: 'default' }));
    const batch = batchOf(texts, 0, size, engine.shape.maxLength);
    const runs = size === 64 ? 8 : 1;
    const step = await time(runs, 1, () => engine.trainStep(batch, 5e-4));
    const apply = await time(runs, 1, () => engine.logits(batch, () => undefined));
    const rate = (ms: number): string => ((size * 1000) / ms).toPrecision(3);
    return [`${name} (${engine.build})`, String(size), rate(step.median), rate(apply.median)];
  } finally {
    await engine.dispose();
  }
}

async function engineOf(name: string, setting: Setting, texts: Texts, threads: number): Promise<Engine> {
  const options = optionsOf(setting, texts, threads);
  if (!name.startsWith('tfjs-')) return createEngine(name as 'wasm', options);
  const backend = registered(name.slice(5), name, `tfjs ${tf.version_core}`);
  await backend.use();
  return new TfjsEngine(options, backend);
}

async function measureConvolution(name: string, texts: Texts, setting: Setting): Promise<string[]> {
  const size = { tensorflow: 32, 'tfjs-wasm': 8 }[name] ?? 1;
  const small = { ...setting, shape: { ...setting.shape, hidden: 0 } };
  const engine = await engineOf(name, small, { ...texts, labelCount: 2 }, 1);
  try {
    await engine.writeWeights(initialWeights(engine.shape, { seed: 1, initializer: 'torch', outputBias: 'default' }));
    const batch = { ...batchOf(texts, 0, size, 500), labels: new Int32Array(0), labelStarts: new Int32Array(size + 1) };
    const forward = await time(3, 1, () => engine.features(batch, () => undefined));
    const step = await time(1, 1, () => engine.trainStep(batch, 1e-4));
    const conv1d = await measureConv1d(size, setting, name !== 'tfjs-wasm');
    const cells = [conv1d.forward, forward, conv1d.gradients, step];
    return [
      `${name}, ${size} document${size === 1 ? '' : 's'}`,
      ...cells.map((cell) => (cell ? cell.median.toPrecision(3) : 'not possible: Conv2DBackpropFilter is missing')),
    ];
  } finally {
    await engine.dispose();
  }
}

/** TensorFlow.js' own convolution and maximum over whole documents, on the present backend, with its inputs already there. */
async function measureConv1d(
  size: number,
  { shape: { dim, filters, filterSizes } }: Setting,
  hasGradients: boolean,
): Promise<{ forward: Timing; gradients?: Timing }> {
  const x = tf.randomUniform<tf.Rank.R3>([size, 500, dim], -1, 1, 'float32', 1);
  const kernels = filterSizes.map((k) => tf.randomUniform<tf.Rank.R3>([k, dim, filters], -1, 1, 'float32', 1));
  const pooled = (...all: tf.Tensor[]): tf.Scalar => {
    const [input, ...weights] = all as tf.Tensor3D[];
    return weights
      .map((w) => tf.sum(tf.max(tf.conv1d(input, w, 1, 'valid'), 1)))
      .reduce((a, b) => tf.add(a, b)) as tf.Scalar;
  };
  const read = async (found: tf.Tensor[]): Promise<void> => {
    await Promise.all(found.map((tensor) => tensor.data()));
    tf.dispose(found);
  };
  const gradients = tf.grads(pooled);
  try {
    return {
      forward: await time(3, 1, () => read([tf.tidy(() => pooled(x, ...kernels))])),
      ...(hasGradients && { gradients: await time(1, 0, () => read(tf.tidy(() => gradients([x, ...kernels])))) }),
    };
  } finally {
    tf.dispose([x, ...kernels]);
  }
}
