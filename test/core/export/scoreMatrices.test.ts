import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateToMatrices, ScoreMatrix } from '../../../src/core/export/scoreMatrices.ts';
import { type EvaluateResult, evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { hasProgram, outputOf, pythonWith, skipped } from '../../tools.ts';
import { dense } from '../explore/clusters/dense.ts';
import { temporaryFolders } from '../training/folder.ts';
import { reference } from '../training/setup.ts';
import { trainedRun, type TrainedRun } from './trained.ts';

const newFolder = temporaryFolders(afterAll);
const python = pythonWith('scipy.io', 'scipy.sparse');
const octave = hasProgram('octave');
const quiet = { onEvent: () => {}, makeEngine: reference };

describe('a score matrix', () => {
  const scores = [0.5, 0.1, 0, 0.9, 0.5];

  it('holds the best k of each document, equal ones by id, or all above a value; never zeros', () => {
    const matrix = new ScoreMatrix();
    matrix.addScores(scores, { top: 2 });
    matrix.addScores(scores, { top: 99 });
    matrix.addScores(scores, { above: 0.1 });
    matrix.addScores(scores, { above: 0.9 });
    const found = matrix.matrix(6);
    expect(dense(found)).toEqual([
      [0.5, 0, 0, 0.9, 0, 0],
      [0.5, 0.1, 0, 0.9, 0.5, 0],
      [0.5, 0, 0, 0.9, 0.5, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect([...found.indices]).toEqual([0, 3, 0, 1, 3, 4, 0, 3, 4]);
  });

  it('grows past what it began with', () => {
    const matrix = new ScoreMatrix();
    for (let i = 0; i < 3000; i++) matrix.addLabels([i % 7, 7 + (i % 5)]);
    const { starts, indices, values, rows } = matrix.matrix(12);
    expect([rows, starts[3000], indices[5998], indices[5999]]).toEqual([3000, 6000, 2999 % 7, 7 + (2999 % 5)]);
    expect(values.every((value) => value === 1)).toBe(true);
  });
});

describe('evaluateToMatrices', () => {
  let folder: string;
  let trained: TrainedRun;
  const at = (name: string): string => join(folder, name);
  const write = (scores: string, truth: string, kept = { top: 4 }): Promise<EvaluateResult> =>
    evaluateToMatrices(trained.run, quiet, { scores: at(scores), truth: at(truth), kept });

  beforeAll(async () => {
    folder = await newFolder();
    trained = await trainedRun(folder);
    await writeFile(at('other.jsonl'), '{"id": 1, "text": "fish and wine", "labels": ["about fish", "quite new"]}\n');
  });

  it('gives the evaluation that it would give without them', async () => {
    const { evaluation } = await write('a.npz', 'a.mat');
    expect(evaluation).toEqual((await evaluateRun(trained.run, quiet)).evaluation);
  });

  it('refuses a file whose name tells no format, before it evaluates', async () => {
    const work = evaluateToMatrices(at('no run'), quiet, { scores: at('x.txt'), kept: { top: 1 } });
    await expect(work).rejects.toMatchObject({ code: 'matrix-format', place: { file: at('x.txt') } });
  });

  it('writes the bytes of the same evaluation twice alike', async () => {
    await write('b.npz', 'b.mat');
    await write('c.npz', 'c.mat');
    for (const kind of ['npz', 'mat']) expect(await readFile(at(`b.${kind}`))).toEqual(await readFile(at(`c.${kind}`)));
  });

  it.skipIf(!python && skipped('a Python with scipy'))('scipy finds the same P@k, and new labels', async () => {
    const { evaluation } = await write('s.npz', 't.npz');
    await write('s.mat', 't.mat');
    const script = `
import sys, numpy, scipy.sparse, scipy.io
s, t = scipy.sparse.load_npz(sys.argv[1]), scipy.sparse.load_npz(sys.argv[2])
assert (s != scipy.io.loadmat(sys.argv[3])['score_matrix']).nnz == 0
assert (t != scipy.io.loadmat(sys.argv[4])['ty']).nnz == 0
assert s.shape == t.shape and s.format == 'csr' and s.has_sorted_indices
order = numpy.argsort(-s.toarray(), axis=1, kind='stable')
for k in (1, 3): print(numpy.take_along_axis(t.toarray(), order[:, :k], 1).mean())`;
    const files = ['s.npz', 't.npz', 's.mat', 't.mat'].map(at);
    const found = outputOf(python!, ['-c', script, ...files])
      .split('\n')
      .map(Number);
    expect(found[0]).toBeCloseTo(evaluation.metrics['P@1'], 12);
    expect(found[1]).toBeCloseTo(evaluation.metrics['P@3'], 12);

    const options = { ...quiet, data: { file: at('other.jsonl') } };
    const result = await evaluateToMatrices(trained.run, options, { truth: at('o.npz'), kept: { top: 1 } });
    const show = 'import sys, scipy.sparse as s; m = s.load_npz(sys.argv[1]); print(m.shape[1], *m.indices)';
    expect(outputOf(python!, ['-c', show, at('o.npz')])).toBe(
      `${result.labels.length} ${result.labels.indexOf('about fish')} ${result.labels.indexOf('quite new')}`,
    );
  });

  it.skipIf(!octave && skipped('octave'))('Octave runs a script like the original program’s on them', async () => {
    const { evaluation } = await write('score_matrix.mat', 'ty.mat');
    await writeFile(at('judge.m'), judge);
    const lines = outputOf('octave', ['--quiet', '--no-gui', 'judge.m'], folder).split('\n').map(Number);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBeCloseTo(evaluation.metrics['P@1'], 10);
    expect(lines[2]).toBeCloseTo(evaluation.metrics['P@3'], 10);
  });
});

/** Labels by documents, as the tools of the Extreme Classification Repository take them; P@1 … P@3. */
const judge = `
load score_matrix.mat
[I, J, S] = find(score_matrix);
[sorted_I, idx] = sort(I);
J = J(idx);
S = S(idx);
score_matrix = sparse(J, sorted_I, S);
load ty.mat
[I, J, S] = find(ty);
[sorted_I, idx] = sort(I);
J = J(idx);
S = S(idx);
ty = sparse(J, sorted_I, S);
documents = size(ty, 2);
hits = zeros(3, 1);
for i = 1:documents
  [~, order] = sort(full(score_matrix(:, i)), 'descend');
  hits = hits + full(ty(order(1:3), i));
end
printf("%.12f\\n", cumsum(hits) ./ (1:3)' / documents);
`;
