import { expect, it } from 'vitest';
import type { InitialWeightsOptions } from '../../../src/core/model/initialWeights.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import type { NetworkShape } from '../../../src/core/model/network.ts';
import { elements, parameters } from '../../../src/core/model/network.ts';

const shape: NetworkShape = {
  vocabulary: 50,
  dim: 20,
  filterSizes: [2, 4],
  filters: 30,
  pools: 2,
  pooling: 'dynamic-max',
  hidden: 40,
  labels: 60,
  maxLength: 100,
};
const options: InitialWeightsOptions = { seed: 1, initializer: 'torch', outputBias: 'default' };

/** Largest of n uniform numbers is close to the bound, and never over it. */
function expectBound(values: Float32Array, bound: number): void {
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
  expect(largest).toBeGreaterThan(bound * 0.85);
  expect(Math.abs(values.reduce((sum, x) => sum + x, 0) / values.length)).toBeLessThan(bound * 0.35);
}

it('fills every parameter in its shape, determined by the seed', () => {
  const weights = initialWeights(shape, options);
  expect([...weights].map(([name, values]) => [name, values.length])).toEqual(
    parameters(shape).map((spec) => [spec.name, elements(spec)]),
  );
  expect(initialWeights(shape, options)).toEqual(weights);
  expect(initialWeights(shape, { ...options, seed: 2 }).get('hidden.weight')).not.toEqual(weights.get('hidden.weight'));
});

it('is uniform within the bounds of each initializer', () => {
  const bounds = {
    torch: [1 / Math.sqrt(20 * 4), 1 / Math.sqrt(120)],
    'xavier-uniform': [Math.sqrt(6 / (20 * 4 + 30 * 4)), Math.sqrt(6 / (120 + 40))],
    'kaiming-uniform': [Math.sqrt(6 / (20 * 4)), Math.sqrt(6 / 120)],
  };
  for (const initializer of ['torch', 'xavier-uniform', 'kaiming-uniform'] as const) {
    const weights = initialWeights(shape, { ...options, initializer });
    expectBound(weights.get('conv4.weight')!, bounds[initializer][0]);
    expectBound(weights.get('hidden.weight')!, bounds[initializer][1]);
    expectBound(weights.get('conv2.bias')!, 1 / Math.sqrt(20 * 2));
    expectBound(weights.get('output.bias')!, 1 / Math.sqrt(40));
    expectBound(weights.get('embedding')!, 0.25);
  }
});

it('keeps PAD zero and copies given word vectors', () => {
  const embedding = new Float32Array(50 * 20).fill(3);
  const given = initialWeights(shape, { ...options, embedding }).get('embedding')!;
  expect([...given.subarray(0, 20)]).toEqual(Array(20).fill(0));
  expect([...given.subarray(20)]).toEqual(Array(49 * 20).fill(3));
  expect(embedding[0]).toBe(3);
  expect(initialWeights(shape, options).get('embedding')!.subarray(0, 20)).toEqual(new Float32Array(20));
  expect(() => initialWeights(shape, { ...options, embedding: new Float32Array(3) })).toThrow(RangeError);
});

it("starts output biases at the labels' log-odds", () => {
  const labelCounts = Array.from({ length: 60 }, (_, l) => l);
  const bias = initialWeights(shape, { ...options, outputBias: 'log-odds', labelCounts, documents: 59 }).get(
    'output.bias',
  )!;
  expect(bias[20]).toBeCloseTo(Math.log(20.5 / 39.5), 6);
  expect(bias[0]).toBeCloseTo(Math.log(0.5 / 59.5), 6);
  expect(bias.every(Number.isFinite)).toBe(true);
});
