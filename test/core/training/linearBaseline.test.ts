import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { describeRun } from '../../../src/core/training/runListing.ts';
import type { Summary } from '../../../src/core/training/runSummary.ts';
import { makeConfig, run } from './setup.ts';
import { expect, it } from 'vitest';
import { behindLinear, systemsOf } from '../../../src/cli/figures.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { uniformAt } from '../../../src/core/base/random.ts';
import { measureBaselines } from '../../../src/core/training/evaluateRun.ts';

/** Documents of which every second one is about its own word; label l's word is 2 + l. */
function corpus(size: number, from: number) {
  const labels = 5;
  const rows = Array.from({ length: size }, (_, d) => {
    const label = Math.floor(uniformAt(1, from + d) * labels);
    return {
      label,
      words: [2 + label, ...Array.from({ length: 6 }, (_, i) => 7 + Math.floor(uniformAt(from + d, i) * 20))],
    };
  });
  return {
    size,
    words: Int32Array.from(rows.flatMap(({ words }) => words)),
    wordStarts: Float64Array.from({ length: size + 1 }, (_, d) => d * 7),
    labels: Int32Array.from(rows, ({ label }) => label),
    labelStarts: Uint32Array.from({ length: size + 1 }, (_, d) => d),
    ids: rows.map((_, d) => `d${d}`),
  };
}

const words = Array.from({ length: 27 }, (_, id) => `word${id}`);
const judging = {
  labelCount: 5,
  ks: [1],
  inversePropensity: new Float64Array(5).fill(1),
  trainLabelCounts: new Uint32Array(5),
};

async function measure(type: 'xml-cnn' | 'linear', outputs = 5) {
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): void => void events.push(event);
  const beside = { type, words, outputs, threads: 1 };
  const found = await measureBaselines(corpus(200, 0), corpus(100, 500), 'test', judging, { emit }, beside);
  return { found, events };
}

it('a linear model stands among the baselines of a network, and not of another', async () => {
  const { found, events } = await measure('xml-cnn');
  expect(found.map(({ name }) => name)).toEqual(['label-frequency', 'tfidf-knn', 'linear']);
  expect(found[2].metrics['P@1']).toBe(1);
  expect(found[2].documents).toBe(100);
  expect(events.filter(({ type }) => type === 'baseline')).toHaveLength(3);
  expect((await measure('linear')).found).toHaveLength(2);
});

it('is left out with words where it would take long', async () => {
  const { found, events } = await measure('xml-cnn', 6_000_000);
  expect(found).toHaveLength(2);
  expect(events).toContainEqual({
    type: 'notice',
    level: 'info',
    message: expect.stringMatching(/would take about [\d,]+ hours/),
  });
});

it('says where a network ends below it', () => {
  const linear = { name: 'linear', metrics: { 'P@1': 0.9, 'P@3': 0.5, microF1: 0.9 } };
  expect(behindLinear({ 'P@1': 0.8, 'P@3': 0.5, microF1: 0.1 }, [linear])).toEqual([
    'A linear model is ahead of this network: P@1 90.00 against 80.00. A config that extends "linear" trains one, and one that extends "best" a blend of both.',
  ]);
  expect(behindLinear({ 'P@1': 0.9, 'P@3': 0.6, microF1: 0.1 }, [linear])).toEqual([]);
  expect(behindLinear({ 'P@1': 0.1 }, [])).toEqual([]);
  expect(systemsOf('linear', { 'P@1': 1 }, [linear]).map(({ name }) => name)).toEqual(['linear model', 'linear model']);
});

it('is named where runs are listed, if it is ahead', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-ahead-'));
  try {
    const { result } = await run(makeConfig(folder, { epochs: 1 }));
    expect((await describeRun(result.folder)).linearAhead).toBeUndefined();
    const { summary } = runPaths(result.folder);
    const told = JSON.parse(await readFile(summary, 'utf8')) as Summary;
    const metrics = { 'P@1': 0.75 };
    const ahead = { evaluated: { split: 'test', documents: 8, metrics: { 'P@1': 0.5 } } };
    const baselines = [{ name: 'linear', documents: 8, metrics }];
    await writeFile(summary, JSON.stringify({ ...told, ...ahead, baselines }));
    expect((await describeRun(result.folder)).linearAhead).toBe('P@1 75.00 against 50.00');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
