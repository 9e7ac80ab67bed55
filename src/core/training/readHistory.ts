import { readFile } from 'node:fs/promises';
import { withFileErrors } from '../base/files.ts';
import type { RunHistory } from './history.ts';
import { parseHistory } from './history.ts';
import { exists, runPaths } from './runFolder.ts';

/** Reads metrics.jsonl of a run folder; a last line that is still being written is passed over. Throws `UserError`. */
export async function readHistory(folder: string): Promise<RunHistory> {
  const path = runPaths(folder).metrics;
  if (!(await exists(path))) return { epochs: [], points: [] };
  return parseHistory(await withFileErrors(path, () => readFile(path, 'utf8')), path);
}
