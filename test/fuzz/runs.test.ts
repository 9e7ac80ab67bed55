import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/core/config/runConfig.ts';
import { ScoreStore } from '../../src/core/metrics/scores.ts';
import { loadPredictor } from '../../src/core/predict/predictor.ts';
import { PreparedCache } from '../../src/core/text/cacheFolder.ts';
import { readBlendInfo } from '../../src/core/training/blendModel.ts';
import { readCheckpointInfo, readScoringWeights } from '../../src/core/training/checkpoint.ts';
import { readLinearCheckpoint, readLinearInfo } from '../../src/core/training/linearCheckpoint.ts';
import { parseHistory } from '../../src/core/training/runHistory.ts';
import { readRun } from '../../src/core/training/runFolder.ts';
import { readComparedRun } from '../../src/core/training/runListing.ts';
import { compareRuns } from '../../src/core/training/compareRuns.ts';
import { describeRun, readRunFacts } from '../../src/core/training/runListing.ts';
import { makeConfig, reference, run } from '../core/training/setup.ts';
import { fuzz } from './fuzz.ts';

let folder = '';
let whole = '';
/** A copy, one file of which is damaged at a time. */
let copy = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'xmlcnn-fuzz-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Damages one file of the run, lets `read` look, and puts the file back. */
async function damaged(name: string, rounds: number, read: () => Promise<unknown>) {
  const original = readFileSync(join(whole, name));
  try {
    return await fuzz([original], rounds, async (bytes) => {
      writeFileSync(join(copy, name), bytes);
      if (!bytes.equals(original)) await read();
    });
  } finally {
    writeFileSync(join(copy, name), original);
  }
}

async function readNetwork(path: string): Promise<unknown> {
  await readCheckpointInfo(path);
  const { info, weights } = await readScoringWeights(path); // the averaged ones alone: damage elsewhere may go unseen
  return { info, weights };
}

async function readLinear(path: string): Promise<unknown> {
  await readLinearInfo(path);
  return readLinearCheckpoint(path);
}

const configOf = (type: RunConfig['model']['type'], name: string, linear?: Partial<RunConfig['linear']>): RunConfig => {
  const config = makeConfig(folder, { epochs: 2 });
  return {
    ...config,
    model: { ...config.model, type },
    linear: { ...config.linear, ...linear },
    output: { ...config.output, name },
  };
};

/** Kinds of models: the config of a run, and what reads each of its checkpoints whole. */
const kinds = {
  'xml-cnn': { config: () => makeConfig(folder, { epochs: 2 }), checkpoints: { best: readNetwork } },
  linear: { config: () => configOf('linear', 'linear'), checkpoints: { best: readLinear } },
  'a label tree': {
    config: () => configOf('linear', 'tree', { tree: 'always', branching: 2, leafSize: 3 }),
    checkpoints: { best: readLinear },
  },
  blend: {
    config: () => configOf('blend', 'blend'),
    checkpoints: { best: readNetwork, linear: readLinear, blend: readBlendInfo },
  },
} satisfies Record<
  string,
  { config: () => RunConfig; checkpoints: Record<string, (path: string) => Promise<unknown>> }
>;

describe.each(Object.entries(kinds))('a damaged run folder of %s', (kind, { config, checkpoints }) => {
  const files = Object.entries(checkpoints).map(([name, read]) => ({ name: `checkpoints/${name}.safetensors`, read }));
  beforeAll(async () => {
    whole = (await run(config())).result.folder;
    copy = join(folder, 'copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(whole, copy, { recursive: true });
  });

  it('is listed whatever is wrong in it, and compared or refused', async () => {
    const rounds = kind === 'xml-cnn' ? 60 : 12; // the same files, but for checkpoints
    for (const name of readdirSync(whole, { recursive: true, encoding: 'utf8' }))
      if (statSync(join(whole, name)).isFile())
        await damaged(name, rounds, async () => {
          expect((await describeRun(copy)).name).toBe('copy');
          await readRun(copy);
          await readRunFacts(copy);
          compareRuns([await readComparedRun(copy), await readComparedRun(whole)]);
        });
  }, 600_000);

  it('has checkpoints that are whole or refused', async () => {
    const rounds = Math.ceil(600 / files.length);
    for (const { name, read } of files) {
      const right = await read(join(whole, name));
      const told = await damaged(name, rounds, async () => expect(await read(join(copy, name))).toEqual(right));
      expect(told.refused, name).toBeGreaterThan(rounds / 2);
    }
  }, 600_000);

  it('predicts as before or not at all where words, labels or weights are damaged', async () => {
    const predict = async (place: string) => {
      const predictor = await loadPredictor(place, { makeEngine: reference });
      const predictions = await predictor.predict(['word1 word5 word9 word3'], { top: 5 });
      await predictor.dispose();
      return predictions.map(({ labels }) => labels.map(({ name, probability }) => [name, probability]));
    };
    const right = await predict(whole);
    for (const name of ['vocabulary.txt', 'labels.json', ...files.map(({ name }) => name)])
      await damaged(name, 120, async () => expect(await predict(copy)).toEqual(right));
  }, 600_000);

  it('has curves that are read to the last whole line', async () => {
    await fuzz([readFileSync(join(whole, 'metrics.jsonl'))], 600, (bytes) => parseHistory(bytes.toString(), 'm'));
  });
});

it('has scores that are whole or refused', async () => {
  const store = new ScoreStore(30);
  for (let d = 0; d < 20; d++) store.add(Float64Array.from({ length: 30 }, (_, l) => ((l * 7 + d) % 30) / 30));
  const bytes = store.save();
  await fuzz([bytes], 600, (other) => {
    if (!other.equals(bytes)) expect(() => ScoreStore.load(other)).toThrow();
    ScoreStore.load(other);
  });
});

describe('a damaged cache', () => {
  it('is never trusted', async () => {
    const cache = new PreparedCache(join(folder, 'cache'), 1e7);
    const entry = { meta: { words: ['a', 'b'] }, arrays: { a: Int32Array.of(1, 2, 3), b: Float64Array.of(0.5) } };
    await cache.write('k', entry);
    const path = join(folder, 'cache', 'k.prepared');
    const original = readFileSync(path);
    await fuzz([original], 600, async (bytes) => {
      writeFileSync(path, bytes);
      expect(await cache.read('k')).toEqual(bytes.equals(original) ? entry : 'torn');
    });
  }, 600_000);
});
