import { expect, it } from 'vitest';
import { half, halfBits } from '../../../src/core/formats/halfFloats.ts';
import { prune } from '../../../src/core/linear/linearModel.ts';
import { SlopeFitter, usualSlope } from '../../../src/core/linear/slope.ts';
import { key32, uniformAt } from '../../../src/core/base/random.ts';

it('writes every binary16 as itself, and others as the nearest', () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => !Number.isNaN(half(bits)));
  expect(all.filter((bits) => halfBits(half(bits)) !== bits)).toEqual([]);
  expect(Number.isNaN(half(halfBits(NaN)))).toBe(true);
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround((uniformAt(1, i) - 0.5) * 10 ** Math.floor(uniformAt(2, i) * 12 - 8));
    const bits = halfBits(value);
    const error = Math.abs(half(bits) - value);
    for (const other of [bits - 1, bits + 1]) expect(Math.abs(half(other) - value) < error).toBe(false);
  }
  expect(halfBits(2049)).toBe(halfBits(2048)); // halfway: to the even one
  expect(halfBits(2051)).toBe(halfBits(2052));
  expect([half(halfBits(65519)), half(halfBits(65520)), half(halfBits(-1e9))]).toEqual([65504, Infinity, -Infinity]);
});

it('leaves out weights of at most the limit', () => {
  const weights = Float32Array.of(0, 0.5, -0.25, 0.1, -0.75);
  const { features, weights: kept, bias } = prune({ weights, bias: 0.3 }, 0.25);
  expect([...features]).toEqual([1, 4]);
  expect(Array.from(kept, half)).toEqual([0.5, -0.75]);
  expect(bias).toBe(0.3);
  expect(prune({ weights, bias: 0 }, 0).features).toHaveLength(4);
});

it('finds the slope that scores were made with', () => {
  for (const slope of [0.5, 3, 12]) {
    const fitter = new SlopeFitter();
    for (let i = 0; i < 20_000; i++) {
      const z = 4 * uniformAt(key32(5), i) - 2;
      fitter.add([z], uniformAt(key32(6), i) < 1 / (1 + Math.exp(-slope * z)) ? [0] : []);
    }
    expect(fitter.best() / slope).toBeGreaterThan(0.94);
    expect(fitter.best() / slope).toBeLessThan(1.06);
  }
  const none = new SlopeFitter();
  none.add([1, 2], []);
  none.add([1, 2], [7]);
  expect(none.best()).toBe(usualSlope);
});
