import { describe, expect, it } from 'vitest';
import { usesTree } from '../../../src/core/config/size.ts';
import { Machine } from '../../../src/core/engine/wasm/machine.ts';
import type { FeatureMatrix } from '../../../src/core/linear/featureMatrix.ts';
import { Features } from '../../../src/core/linear/features.ts';
import { childrenOf, depthOf, isLabelTree, type LabelTree, nodesOf } from '../../../src/core/linear/labelTree.ts';
import { growTree, solveTree } from '../../../src/core/linear/treeSolver.ts';
import { forEachWeight, type LabelWeights, prune } from '../../../src/core/linear/keptWeights.ts';
import { LinearSolver } from '../../../src/core/linear/solver.ts';
import { TreeModel } from '../../../src/core/linear/treeModel.ts';
import { randomSet } from './randomSet.ts';

const { matrix, labels, labelCount } = randomSet(1200, 6000, 34);
const settings = { branching: 4, leafSize: 6, seed: 1 };
const rest = (): Promise<void> => Promise.resolve();

async function trained(threads: number, isOpen: (output: number) => boolean = () => true) {
  const machine = new Machine(threads);
  const tree = await growTree(machine, matrix, labels, settings, rest);
  const outputs: LabelWeights[] = [];
  const keep = (one: Parameters<Parameters<typeof solveTree>[5]>[0]) =>
    (outputs[one.label] = prune(one, 0.001, one.features));
  await solveTree(machine, matrix, labels, tree, { c: 1, isOpen }, keep, rest);
  await machine.dispose();
  return { tree, outputs };
}

/** Words whose features are the columns of the matrix, so that documents can be written down by it. */
const words = ['', '?', ...Array.from({ length: matrix.features }, (_, f) => `w${f}`)];
const features = new Features(
  words,
  Int32Array.from({ length: matrix.features }, (_, f) => f + 2),
  new Float32Array(matrix.features).fill(1),
  { minWordLength: 1, sublinear: false, values: 'as-given' },
);
const batchOf = ({ documents, starts, indices, values }: FeatureMatrix) => ({
  size: documents,
  words: indices.map((f) => f + 2),
  wordStarts: Int32Array.from(starts),
  values,
  labels: new Int32Array(0),
  labelStarts: new Int32Array(documents + 1),
});

async function logitsOf(model: TreeModel): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  await model.logits(batchOf(matrix), (d, row) => (rows[d] = row.slice()));
  return rows;
}

/** z of every output for a document, by definition. */
function scoresOf(outputs: readonly LabelWeights[], d: number): number[] {
  const row = new Map<number, number>();
  for (let e = matrix.starts[d]; e < matrix.starts[d + 1]; e++) row.set(matrix.indices[e], matrix.values[e]);
  return outputs.map((output) => {
    let z = output.bias;
    forEachWeight(output, (feature, weight) => (z += weight * (row.get(feature) ?? 0)));
    return z;
  });
}

const stepsTo = ({ labels: count, parents }: LabelTree, label: number): number[] => {
  const steps = [label];
  while (parents[steps[0]] > 0) steps.unshift(count + parents[steps[0]] - 1);
  return steps;
};

describe('a label tree', () => {
  const whole = trained(2);

  it('is chosen beyond 30,000 labels, or as it is said', () => {
    expect([usesTree('auto', 30_000), usesTree('auto', 30_001)]).toEqual([false, true]);
    expect([usesTree('never', 1e6), usesTree('always', 2)]).toEqual([false, true]);
  });

  it('has every label once, under nodes that are small enough', async () => {
    const { tree } = await whole;
    expect(isLabelTree(tree)).toBe(true);
    const children = childrenOf(tree);
    expect(children.flat().filter((output) => output < labelCount)).toHaveLength(labelCount);
    for (const own of children) expect(own.length).toBeGreaterThan(1);
    for (const own of children) expect(own.length).toBeLessThanOrEqual(settings.leafSize);
    expect(nodesOf(tree)).toBe(children.length);
    expect(depthOf(tree)).toBe(Math.max(...Array.from({ length: labelCount }, (_, l) => stepsTo(tree, l).length)));
  });

  it('refuses parents that are no tree', () => {
    const tree = (...parents: number[]) => isLabelTree({ labels: 2, parents: Int32Array.from(parents) });
    expect([tree(0, 0), tree(1, 1, 0), tree(1, 2, 0, 1)]).toEqual([true, true, true]);
    expect([tree(0), tree(0, 1), tree(-1, 0), tree(0, 1, 1), tree(1, 2, 2, 0)]).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('puts labels together whose documents are alike', async () => {
    const machine = new Machine(1);
    // label l has documents of word l mod 3 alone
    const starts = Float64Array.from({ length: 61 }, (_, d) => d);
    const alike = {
      documents: 60,
      features: 3,
      starts,
      indices: Int32Array.from({ length: 60 }, (_, d) => d % 3),
      values: new Float32Array(60).fill(1),
    };
    const each = {
      starts: Uint32Array.from({ length: 13 }, (_, l) => l * 5),
      documents: Int32Array.from(
        { length: 60 },
        (_, i) => ((Math.floor(i / 5) % 3) + 3 * (i % 5) + 15 * Math.floor(i / 15)) % 60,
      ),
    };
    const tree = await growTree(machine, alike, each, { branching: 8, leafSize: 4, seed: 3 }, rest);
    await machine.dispose();
    const groups = childrenOf(tree).map((own) => new Set(own.filter((l) => l < 12).map((l) => l % 3)));
    for (const group of groups.slice(1)) expect(group.size).toBeLessThanOrEqual(1);
  });

  it('divides labels whose documents are the same', async () => {
    const machine = new Machine(1);
    const same = {
      documents: 1,
      features: 1,
      starts: Float64Array.of(0, 1),
      indices: Int32Array.of(0),
      values: Float32Array.of(1),
    };
    const each = { starts: Uint32Array.from({ length: 21 }, (_, l) => l), documents: new Int32Array(20) };
    const tree = await growTree(machine, same, each, { branching: 3, leafSize: 5, seed: 1 }, rest);
    await machine.dispose();
    expect(isLabelTree(tree)).toBe(true);
    for (const own of childrenOf(tree)) expect(own.length).toBeLessThanOrEqual(5);
  });

  it('is the same with any number of threads, its weights to the bit, and after an end at any output', async () => {
    const { tree, outputs } = await whole;
    const one = await trained(1);
    expect(one).toEqual({ tree, outputs });
    const some = await trained(3, (output) => output % 3 === 0);
    expect(some.tree).toEqual(tree);
    some.outputs.forEach((output, i) => expect(output).toEqual(outputs[i]));
    expect(Object.keys(some.outputs)).toEqual(Object.keys(outputs).filter((i) => Number(i) % 3 === 0));
  });

  it('solves each child over the documents that have a label below its node', async () => {
    const { tree, outputs } = await whole;
    const machine = new Machine(1);
    const solver = new LinearSolver(machine, matrix, labels, { c: 1 });
    const children = childrenOf(tree);
    // a node's machines over all documents know more than those over its own: they differ, but not the root's
    const below = (output: number): number[] =>
      output < labelCount ? [output] : children[output - labelCount + 1].flatMap(below);
    const direct = children[0].filter((output) => output < labelCount);
    const isAll =
      new Set(
        Array.from({ length: labelCount }, (_, l) => [
          ...labels.documents.subarray(labels.starts[l], labels.starts[l + 1]),
        ]).flat(),
      ).size === matrix.documents;
    await solver.solve(direct, (one) => {
      if (isAll) expect(prune(one, 0.001)).toEqual(outputs[one.label]);
    });
    await machine.dispose();
    expect(children[0].flatMap(below).sort((a, b) => a - b)).toEqual(Array.from({ length: labelCount }, (_, l) => l));
    expect(outputs).toHaveLength(tree.parents.length);
  });

  it('scores by the squared hinge losses on the way to a label', async () => {
    const { tree, outputs } = await whole;
    const found = await logitsOf(new TreeModel(features, tree, outputs, 2, 1000));
    for (let d = 0; d < matrix.documents; d += 7) {
      const z = scoresOf(outputs, d);
      for (let l = 0; l < labelCount; l++) {
        const way = stepsTo(tree, l).map((output) => z[output]);
        const loss = way.reduce((sum, score) => sum + Math.max(0, 1 - score) ** 2, 0);
        const score = loss > 0 ? 1 - Math.sqrt(loss) : Math.min(...way);
        expect(found[d][l], `document ${d}, label ${l}`).toBeCloseTo(2 * score, 4);
      }
    }
  });

  it('looks into the likeliest nodes alone, and ranks labels well by them', async () => {
    const { tree, outputs } = await whole;
    const all = await logitsOf(new TreeModel(features, tree, outputs, 1, 1000));
    const few = await logitsOf(new TreeModel(features, tree, outputs, 1, 2));
    let skipped = 0;
    few.forEach((row, d) =>
      row.forEach((logit, l) => {
        if (logit === -Infinity) skipped++;
        else expect(logit).toBe(all[d][l]);
      }),
    );
    expect(skipped).toBeGreaterThan(matrix.documents * labelCount * 0.2);
    const best = (row: Float32Array): number => row.indexOf(Math.max(...row));
    const agreeing = few.filter((row, d) => best(row) === best(all[d])).length;
    expect(agreeing / few.length).toBeGreaterThan(0.9);
  });

  it('takes every label apart, those outside the beam too', async () => {
    const { tree, outputs } = await whole;
    const model = new TreeModel(features, tree, outputs, 2, 1000);
    const found = await logitsOf(model);
    for (let d = 0; d < 40; d++) {
      const [from, to] = [matrix.starts[d], matrix.starts[d + 1]];
      for (let l = 0; l < labelCount; l++) {
        const document = matrix.indices.subarray(from, to).map((f) => f + 2);
        const { parts, bias } = model.partsOf(document, l, matrix.values.subarray(from, to));
        const sum = parts.reduce((total, part) => total + part.contribution, bias);
        expect(Math.abs(sum - found[d][l]), `document ${d}, label ${l}`).toBeLessThan(1e-4);
      }
    }
    const weights = outputs.map((output) => {
      let count = 1;
      forEachWeight(output, () => count++);
      return count;
    });
    expect(model.parameters).toBe(weights.reduce((a, b) => a + b));
  });
});
