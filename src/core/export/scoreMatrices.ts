import { checkMatrixName, writeMatrix } from '../formats/sparseFiles.ts';
import { type EvaluateOptions, type EvaluateResult, evaluateRun } from '../training/evaluateRun.ts';
import type { SparseMatrix } from '../base/sparseMatrix.ts';
import { withRoom } from '../base/growing.ts';
import { topK } from '../metrics/ranking.ts';

/** Files that an evaluation's matrices are written to, [documents, labels]: .npz for scipy, .mat for MATLAB and Octave. */
export interface MatrixFiles {
  /** Probabilities; in a .mat file the variable `score_matrix`. */
  scores?: string;
  /** 1 for each label that a document has; in a .mat file the variable `ty`. */
  truth?: string;
  /** Which scores are stored. */
  kept: Kept;
}

/**
 * Evaluates a run and writes what it was scored by as matrices. Labels are in the order of the evaluation: the run's, then those
 * that only these documents have. Throws as `evaluateRun` and `writeMatrix` do, about bad file names before it begins.
 */
export async function evaluateToMatrices(
  folder: string,
  options: EvaluateOptions,
  { scores, truth, kept }: MatrixFiles,
): Promise<EvaluateResult> {
  for (const file of [scores, truth]) if (file !== undefined) checkMatrixName(file);
  const probabilityRows = new ScoreMatrix();
  const labelRows = new ScoreMatrix();
  const result = await evaluateRun(folder, {
    ...options,
    onDocument: (probabilities, labels) => {
      if (scores !== undefined) probabilityRows.addScores(probabilities, kept);
      if (truth !== undefined) labelRows.addLabels(labels);
    },
  });
  const columns = result.labels.length;
  if (scores !== undefined) await writeMatrix(scores, probabilityRows.matrix(columns), 'score_matrix');
  if (truth !== undefined) await writeMatrix(truth, labelRows.matrix(columns), 'ty');
  return result;
}

/** Which scores of a document are kept: the best so many, or all above a value. */
type Kept = { top: number } | { above: number };

/** Scores or labels of many documents as a sparse matrix, [N, Y], filled document by document. */
export class ScoreMatrix {
  private starts = new Float64Array(1024);
  private indices = new Int32Array(4096);
  private values = new Float64Array(4096);
  private rows = 0;

  /** @param scores of the labels from 0 on; those equal to 0 are not stored. */
  addScores(scores: ArrayLike<number>, kept: Kept): void {
    const chosen = 'top' in kept ? topK(scores, kept.top).sort() : above(scores, kept.above);
    this.addRow(
      chosen.filter((label) => scores[label] !== 0),
      (label) => scores[label],
    );
  }

  /** @param labels ascending; each gets 1 */
  addLabels(labels: ArrayLike<number>): void {
    this.addRow(labels, () => 1);
  }

  /**
   * Views into what was added so far.
   * @param columns labels, Y
   */
  matrix(columns: number): SparseMatrix {
    const { rows } = this;
    const entries = this.starts[rows];
    return {
      rows,
      columns,
      starts: this.starts.subarray(0, rows + 1),
      indices: this.indices.subarray(0, entries),
      values: this.values.subarray(0, entries),
    };
  }

  private addRow(labels: ArrayLike<number>, valueOf: (label: number) => number): void {
    const start = this.starts[this.rows];
    const end = start + labels.length;
    this.indices = withRoom(this.indices, end);
    this.values = withRoom(this.values, end);
    this.indices.set(labels, start);
    for (let e = start; e < end; e++) this.values[e] = valueOf(this.indices[e]);
    this.starts = withRoom(this.starts, this.rows + 2);
    this.starts[++this.rows] = end;
  }
}

function above(scores: ArrayLike<number>, least: number): Int32Array {
  const found: number[] = [];
  for (let label = 0; label < scores.length; label++) if (scores[label] > least) found.push(label);
  return Int32Array.from(found);
}
