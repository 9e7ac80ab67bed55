import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import type { Line } from '../formats/bytes.ts';
import { readLines } from '../formats/bytes.ts';

/** The beginning of a file, for telling its format and fields. */
export interface Sample {
  path: string;
  /** Whole lines. */
  lines: SampleLine[];
}
export type SampleLine = Line & { text: string };

/** How much of a file is looked at. */
export const sampleChars = 1 << 20;

/**
 * The first whole lines of a file, about a million characters of them, at least one. What is not UTF-8 is read as
 * Latin-1: the strict reading comes later and says what is wrong where. Throws `UserError`, also for an empty file.
 */
export async function readSample(path: string): Promise<Sample> {
  if ((await withFileErrors(path, () => stat(path))).isDirectory())
    throw new UserError('is-a-directory', 'This is a folder, not a file', 'Name a file inside it.', { file: path });
  const lines: SampleLine[] = [];
  let chars = 0;
  for await (const batch of readTolerant(path)) {
    for (const line of batch) {
      if (line.text === undefined) continue;
      lines.push(line as SampleLine);
      chars += line.text.length;
    }
    if (chars >= sampleChars) break;
  }
  if (lines.some((line) => line.text.trim() !== '')) return { path, lines };
  for await (const batch of readLines(path)) void batch; // a broken .gz is told as such
  throw new UserError('empty-file', 'The file is empty', 'Name a file that holds documents.', { file: path });
}

/** A first reading as UTF-8; bad lines are left out of the sample, unless all are bad: then it is read as Latin-1. */
async function* readTolerant(path: string): AsyncGenerator<Line[], void> {
  let any = false;
  for await (const batch of readLines(path, { onProblem: () => {} })) {
    any ||= batch.some((line) => line.text !== undefined);
    yield batch;
  }
  if (!any) yield* readLines(path, { encoding: 'latin1', onProblem: () => {} });
}
