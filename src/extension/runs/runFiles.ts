import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Metrics } from '../../core/base/metrics.ts';
import { readFigures } from '../../core/training/runSummary.ts';
import { runPaths } from '../../core/training/runFolder.ts';

/** A file of a run that the tree shows. */
export type RunFile =
  | { kind: 'config'; path: string }
  | { kind: 'checkpoint'; path: string; name: string }
  | { kind: 'evaluation'; path: string; split: string; documents?: number; metrics?: Metrics };

/** Config, checkpoints (best, last, then the others by name) and evaluations of a run. */
export async function listRunFiles(folder: string): Promise<RunFile[]> {
  const paths = runPaths(folder);
  const checkpoints = (await namesIn(paths.checkpoints))
    .filter((name) => name.endsWith('.safetensors') && !name.startsWith('.'))
    .map((name) => name.slice(0, -'.safetensors'.length))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const evaluations = (await namesIn(paths.folder)).flatMap((name) => /^evaluation-(.+)\.json$/.exec(name)?.[1] ?? []);
  return [
    { kind: 'config', path: paths.config },
    ...checkpoints.map((name): RunFile => ({ kind: 'checkpoint', path: paths.checkpoint(name), name })),
    ...(await Promise.all(evaluations.map((split) => readEvaluation(paths.evaluation(split), split)))),
  ];
}

const rank = (name: string): number => (name === 'best' ? 0 : name === 'last' ? 1 : 2);

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** A torn file is listed all the same, without figures: opening it says what is wrong. */
async function readEvaluation(path: string, split: string): Promise<RunFile> {
  try {
    return { kind: 'evaluation', path, split, ...(await readFigures(path)) };
  } catch {
    return { kind: 'evaluation', path, split };
  }
}

/** What a file is called beside its run: the name that its kind goes by. */
export const fileTitle = (file: RunFile): string =>
  file.kind === 'config' ? basename(file.path) : file.kind === 'checkpoint' ? file.name : file.split;
