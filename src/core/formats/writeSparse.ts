import { extname } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { mat } from './mat.ts';
import type { SparseMatrix } from '../base/sparseMatrix.ts';
import { npz } from './npz.ts';

const writers: Record<string, (matrix: SparseMatrix, name: string) => Uint8Array> = { '.npz': npz, '.mat': mat };

/** Throws `UserError` `matrix-format` where the name of a file does not tell how a matrix is written. */
export function checkMatrixName(path: string): void {
  if (Object.hasOwn(writers, extname(path).toLowerCase())) return;
  throw new UserError(
    'matrix-format',
    'The name does not tell how to write a matrix',
    'End it in .npz (scipy, pyxclib) or .mat (MATLAB, Octave).',
    { file: path },
  );
}

/**
 * Writes a matrix as the extension of `path` says: .npz for scipy, .mat for MATLAB and Octave, where it is the variable `name`.
 * Throws `UserError` (`matrix-format`, `too-large-for-mat`, those of writing).
 */
export async function writeMatrix(path: string, matrix: SparseMatrix, name: string): Promise<void> {
  checkMatrixName(path);
  await writeFileAtomic(path, writers[extname(path).toLowerCase()](matrix, name));
}
