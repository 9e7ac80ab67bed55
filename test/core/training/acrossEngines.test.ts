import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PartialConfig } from '../../../src/core/config/presets.ts';
import type { Engine, EngineOptions } from '../../../src/core/engine/engine.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import { createWasmEngine } from '../../../src/core/engine/wasm/wasmEngine.ts';
import type { Metrics } from '../../../src/core/base/metrics.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { bitsAt, key32 } from '../../../src/core/base/random.ts';
import type { Corpus } from '../../../src/core/text/corpus.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { testedBackends } from '../engine/tfjsBackends.ts';
import { texts, trainedRun, type TrainedRun } from '../export/trained.ts';
import { temporaryFolders } from './folder.ts';
import { makeConfig, makeCorpus, makeData, run } from './setup.ts';

// a graphics adapter in software compiles its programs for seconds
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

type MakeEngine = (options: EngineOptions) => Promise<Engine>;

const backends = await testedBackends();
afterAll(async () => {
  for (const { backend } of backends) await backend.release();
});

/** The engines that work here; wasm is what the others are compared with. */
const wasm: MakeEngine = (options) => createWasmEngine(options);
const others: [name: string, makeEngine: MakeEngine, isEmulated?: boolean][] = [
  ['reference', async (options) => createReferenceEngine(options)],
  ...backends.map(({ name, makeEngine, backend }): (typeof others)[number] => [
    `TensorFlow.js on ${name}`,
    makeEngine,
    backend.isEmulated,
  ]),
];

const newFolder = temporaryFolders(afterAll);

describe('one checkpoint, before any further step', () => {
  let trained: TrainedRun;
  beforeAll(async () => {
    trained = await trainedRun(await newFolder());
  });

  async function scored(makeEngine: MakeEngine) {
    const scores: number[] = [];
    const onDocument = (probabilities: Float64Array): void => void scores.push(...probabilities);
    const { evaluation } = await evaluateRun(trained.run, { makeEngine, onDocument, onEvent: () => {} });
    return { scores, evaluation };
  }

  async function explained(makeEngine: MakeEngine) {
    const predictor = await loadPredictor(trained.run, { makeEngine });
    try {
      const explanations = [];
      for (const text of texts(6, 8)) explanations.push(await predictor.explain(text, { top: 3 }));
      return explanations;
    } finally {
      await predictor.dispose();
    }
  }

  it.each(others)('has the scores, metrics and explanations of wasm: %s', async (_, makeEngine) => {
    const [expected, found] = [await scored(wasm), await scored(makeEngine)];
    expect(found.scores).toHaveLength(expected.scores.length);
    expect(furthest(found.scores, expected.scores)).toBeLessThan(1e-4);
    expectNear(found.evaluation, expected.evaluation);
    expectNear(await explained(makeEngine), await explained(wasm));
  });
});

describe.each([
  ['without dropout', { embeddingDropout: 0, hiddenDropout: 0 }],
  ['with dropout', { embeddingDropout: 0.1, hiddenDropout: 0.2 }],
] satisfies [string, PartialConfig['model']][])('a run that is resumed on another engine, %s', (_, dropout) => {
  const data = makeData({ train: evenCorpus(400, 1), validation: evenCorpus(60, 2), test: evenCorpus(200, 3) });

  /** 20 steps an epoch. */
  function configOf(folder: string, epochs: number) {
    const config = makeConfig(folder, { epochs, batchSize: 20, schedule: 'constant', clip: 1 });
    return { ...config, model: { ...config.model, ...dropout, filters: 8, hidden: 16 } };
  }

  async function begun(makeEngine: MakeEngine, epochs: number): Promise<string> {
    const folder = await newFolder();
    await run(configOf(folder, epochs), { data, makeEngine });
    return folder;
  }

  /** Losses of the steps up to the end of the fourth epoch, and the figures on test after it. */
  async function goneOn(from: string, makeEngine: MakeEngine): Promise<{ losses: number[]; metrics: Metrics }> {
    const folder = await newFolder();
    await cp(from, folder, { recursive: true });
    const losses: number[] = [];
    const recording: MakeEngine = async (options) => {
      const engine = await makeEngine(options);
      const step = engine.trainStep.bind(engine);
      engine.trainStep = async (...batch) => {
        const result = await step(...batch);
        losses.push(result.loss);
        return result;
      };
      return engine;
    };
    const { result } = await run(configOf(folder, 4), { data, makeEngine: recording, resume: join(folder, 'run') });
    return { losses, metrics: result.summary!.evaluated!.metrics };
  }

  let onWasm: string;
  let expected: Awaited<ReturnType<typeof goneOn>>;
  beforeAll(async () => {
    onWasm = await begun(wasm, 3);
    expected = await goneOn(onWasm, wasm);
    expect(expected.losses).toHaveLength(20);
    expect(expected.metrics['P@1']).toBeGreaterThan(0.8);
  });

  it.each(others)('from wasm to %s', async (_, makeEngine) => {
    const { losses, metrics } = await goneOn(onWasm, makeEngine);
    expect(losses).toHaveLength(20);
    losses.slice(0, 20).forEach((loss, step) => {
      expect(Math.abs(loss / expected.losses[step] - 1), `step ${step + 1}`).toBeLessThan(1e-3);
    });
    expect(Math.abs(metrics['P@1']! - expected.metrics['P@1']!)).toBeLessThanOrEqual(0.01);
  });

  // a step on an emulated graphics adapter takes a second
  const back = others.filter(([, , isEmulated]) => !isEmulated && dropout.hiddenDropout > 0);
  it.each(back)('from %s to wasm', async (_, makeEngine) => {
    const { metrics } = await goneOn(await begun(makeEngine, 1), wasm);
    expect(Math.abs(metrics['P@1']! - expected.metrics['P@1']!)).toBeLessThanOrEqual(0.01);
  });
});

/** Documents of 12 words each, two for each of their labels and the rest of no meaning. */
function evenCorpus(size: number, seed: number): Corpus {
  const { labels, labelStarts, ids } = makeCorpus(size, seed);
  const words = Array.from({ length: size }, (_, i) => {
    const own = [...labels.subarray(labelStarts[i], labelStarts[i + 1])].flatMap((label) => [
      2 + 2 * label,
      3 + 2 * label,
    ]);
    const filler = Array.from({ length: 12 - own.length }, (_, w) => 12 + (bitsAt(key32(seed, i), 20 + w) % 10));
    return [...own, ...filler];
  });
  const wordStarts = Float64Array.from({ length: size + 1 }, (_, i) => 12 * i);
  return { size, words: Int32Array.from(words.flat()), wordStarts, labels, labelStarts, ids };
}

const furthest = (a: number[], b: number[]): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), a.some(Number.isNaN) ? NaN : 0);

/** The same structure, with numbers that differ by less than 1e-4. */
function expectNear(actual: unknown, expected: unknown, at = ''): void {
  if (typeof expected === 'number' && Number.isFinite(expected))
    expect(Math.abs((actual as number) - expected), at).toBeLessThan(1e-4);
  else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object), at).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected))
      expectNear((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
  } else expect(actual, at).toEqual(expected);
}
