import { expect } from 'vitest';

/** Floor for what several steps of Adam led to: it divides by the size of gradients, also where they nearly cancel. */
export const afterSteps = 0.1;

/**
 * Every element within `tolerance` relative error: |a - b| <= tolerance * max(|b|, floor * max |b| of the tensor).
 * Elements that are small by cancellation have no more digits in float32, hence the floor; with a tolerance of 1e-4 the
 * default one allows them 1e-6 of the tensor's largest element.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
  floor = 1e-2,
  /** Stands in for the largest element where that is smaller. */
  atLeast = 0,
): void {
  expect(actual.length, `length of ${what}`).toBe(expected.length);
  let largest = atLeast;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  let worst = 0;
  let message = '';
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    const scale = Math.max(Math.abs(expected[i]), floor * largest);
    const error = difference === 0 ? 0 : difference / scale;
    if (error <= worst) continue;
    worst = error;
    message = `${what}[${i}] is ${actual[i]}, expected ${expected[i]}: relative error ${error.toExponential(2)}`;
    if (Number.isNaN(error)) break;
  }
  if (!(worst <= tolerance)) expect.fail(message);
}

export function expectCloseTensors(
  actual: ReadonlyMap<string, ArrayLike<number>>,
  expected: ReadonlyMap<string, ArrayLike<number>>,
  tolerance: number,
  what: string,
  floor = 1e-2,
  /** Stands in for the largest element where that is smaller. */
  atLeast = 0,
): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of expected)
    expectClose(actual.get(name)!, tensor, tolerance, `${what} ${name}`, floor, atLeast);
}
