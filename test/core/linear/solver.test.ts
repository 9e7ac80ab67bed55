import { describe, expect, it } from 'vitest';
import { Machine } from '../../../src/core/engine/wasm/machine.ts';
import { solveReference } from '../../../src/core/linear/referenceSolver.ts';
import { LinearSolver, type SolvedLabel } from '../../../src/core/linear/solver.ts';
import { objectiveOf, randomSet } from './randomSet.ts';

const { matrix, labels, labelCount } = randomSet(4000, 600, 36);
const all = Array.from({ length: labelCount }, (_, l) => l);
const has = (l: number) => {
  const own = new Set(labels.documents.subarray(labels.starts[l], labels.starts[l + 1]));
  return (d: number): boolean => own.has(d);
};

/** `liblinear-train -s 1 -B 1 -e 0.0001 -c 1` (LIBLINEAR 2.3) on the same documents: label, documents, objective. */
const liblinear = [
  [0, 966, 361.858607337],
  [5, 338, 223.976824494],
  [12, 67, 97.80784034],
  [20, 17, 30.276894375],
  [26, 3, 7.358725746],
  [30, 1, 2.502087458],
] as const;

interface Settings {
  c?: number;
  build?: 'simd';
  costs?: number[];
}

async function solve(threads: number, wanted: number[], { c = 1, build, costs }: Settings = {}) {
  const machine = new Machine(threads, build);
  const solved: SolvedLabel[] = [];
  try {
    const solver = new LinearSolver(machine, matrix, labels, { c, costs });
    await solver.solve(wanted, (one) => (solved[one.label] = { ...one, weights: one.weights.slice() }));
  } finally {
    await machine.dispose();
  }
  return solved;
}

describe('the reference', () => {
  it('proves its own optimum, which is LIBLINEAR’s', () => {
    for (const [label, documents, objective] of liblinear) {
      expect(labels.starts[label + 1] - labels.starts[label]).toBe(documents);
      const found = solveReference(matrix, has(label), { c: 1, gap: 1e-6 });
      expect(objectiveOf(matrix, has(label), found, 1)).toBeCloseTo(found.objective, 8);
      expect(found.dual).toBeLessThanOrEqual(found.objective);
      // LIBLINEAR's weights are written with 17 digits, its objective is no better than the bound and hardly worse
      expect(objective).toBeGreaterThan(found.dual * (1 - 1e-6));
      expect(objective).toBeLessThan(found.objective * (1 + 1e-5));
    }
  });
});

describe('the kernels', () => {
  const solved = solve(2, all);

  it('come within 0.1% of the least objective, and know how near they are', async () => {
    for (const { label, weights, bias, objective, dual } of await solved) {
      const { dual: bound, objective: least } = solveReference(matrix, has(label), { c: 1, gap: 1e-5 });
      const reached = objectiveOf(matrix, has(label), { weights, bias }, 1);
      expect(reached / bound, `label ${label}`).toBeLessThan(1.001);
      expect(objective / reached).toBeCloseTo(1, 4);
      expect(dual).toBeLessThan(least * 1.0001);
      expect(objective - dual).toBeLessThanOrEqual(5e-4 * objective);
      expect((await solved)[label].isConverged).toBe(true);
    }
  }, 60_000);

  it('come as near where the documents of a label cost more or less than the others', async () => {
    const costs = all.map((l) => [1, 0.1, 10, 3.7][l % 4]);
    const weighted = await solve(2, all, { costs });
    for (const { label, weights, bias, objective, dual, isConverged } of weighted) {
      const reference = solveReference(matrix, has(label), { c: 1, gap: 1e-5, cost: costs[label] });
      const reached = objectiveOf(matrix, has(label), { weights, bias }, 1, costs[label]);
      expect(reached / reference.dual, `label ${label}`).toBeLessThan(1.001);
      expect(objective / reached).toBeCloseTo(1, 4);
      expect(dual).toBeLessThan(reference.objective * 1.0001);
      expect(isConverged).toBe(true);
    }
    const plain = await solved;
    for (const l of [0, 4, 8]) expect(weighted[l].weights).toEqual(plain[l].weights); // 1, whatever the others cost
    expect(weighted[1].weights).not.toEqual(plain[1].weights);
  }, 60_000);

  it('come within 0.1% of LIBLINEAR', async () => {
    for (const [label, , objective] of liblinear) {
      const { weights, bias } = (await solved)[label];
      expect(objectiveOf(matrix, has(label), { weights, bias }, 1)).toBeLessThan(objective * 1.001);
    }
  });

  it('list few documents for rare labels: the others are only scored', async () => {
    const { listed, rounds } = (await solved)[30];
    expect(listed).toBeLessThan(2000);
    expect(rounds).toBeGreaterThan(1);
  });

  it('give the same bits with any number of threads and in any company', async () => {
    const expected = await solved;
    for (const [threads, wanted] of [
      [1, all],
      [3, [35, 12, 5]],
    ] as const)
      for (const { label, weights, bias, objective } of (await solve(threads, [...wanted])).filter(Boolean)) {
        expect(objective).toBe(expected[label].objective);
        expect(bias).toBe(expected[label].bias);
        expect(Buffer.from(weights.buffer).equals(Buffer.from(expected[label].weights.buffer))).toBe(true);
      }
  }, 60_000);

  it('converge without fused multiply-add, and with other C', async () => {
    for (const c of [0.1, 10]) {
      const [, one] = await solve(2, [1], { c, build: 'simd' });
      const { dual } = solveReference(matrix, has(1), { c, gap: 1e-4 });
      expect(objectiveOf(matrix, has(1), one, c) / dual).toBeLessThan(1.001);
    }
  }, 60_000);

  it('end and say so where they come no nearer', async () => {
    const machine = new Machine(2);
    const solver = new LinearSolver(machine, matrix, labels, { c: 1, gap: -1 });
    const found: SolvedLabel[] = [];
    await solver.solve([30], (one) => found.push({ ...one }));
    expect(found).toMatchObject([{ label: 30, isConverged: false, rounds: 60 }]);
    await machine.dispose();
  }, 60_000);

  it('end between pieces of work where the caller wants it', async () => {
    const machine = new Machine(1);
    const solver = new LinearSolver(machine, matrix, labels, { c: 1 });
    const stop = new Error('stopped');
    let finished = 0;
    const pause = (done: number): Promise<void> => (done > 0 ? Promise.reject(stop) : Promise.resolve());
    await expect(solver.solve(all, () => finished++, pause)).rejects.toBe(stop);
    expect(finished).toBeGreaterThan(0);
    expect(finished).toBeLessThan(labelCount);
    await machine.dispose();
  });

  it('refuse what does not fit into a WebAssembly memory', () => {
    const machine = { threads: 1 } as Machine;
    const huge = { ...matrix, features: 40_000_000 };
    let refused: unknown;
    try {
      new LinearSolver(machine, huge, labels, { c: 1 });
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({
      code: 'model-too-large',
      message: expect.stringMatching(/needs .* MB, more than the 4,096 MB/) as string,
      remedy: expect.stringMatching(/^It fits with about linear.maxFeatures 16,\d{3},\d{3}\.$/) as string,
    });
  });
});
