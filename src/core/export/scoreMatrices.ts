import type { Kept } from '../metrics/scoreMatrix.ts';
import { ScoreMatrix } from '../metrics/scoreMatrix.ts';
import { checkMatrixName, writeMatrix } from '../formats/writeSparse.ts';
import type { EvaluateOptions, EvaluateResult } from '../training/evaluate.ts';
import { evaluateRun } from '../training/evaluate.ts';

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
 * Evaluates a run and writes what it was judged by as matrices. Labels are in the order of the evaluation: the run's, then those
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
