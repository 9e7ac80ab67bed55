import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync } from 'node:fs';

const peer = '../shared/peers/torch_step.py';

export interface TorchResult {
  train_docs_per_s: number;
  infer_docs_per_s: number;
}

/** What answers for PyTorch here, or why nothing does. */
export type Torch = { version: string } | { missing: string };

/** Looks for PyTorch in the Python that `XMLCNN_PYTHON` names, else in `python3`. */
export function findTorch(): Torch {
  if (!existsSync(peer)) return { missing: 'its script is not at hand' };
  const probe = python(['-c', 'import platform, torch; print(torch.__version__, "Python", platform.python_version())']);
  return probe.status === 0
    ? { version: probe.stdout.trim() }
    : { missing: `torch is not installed for ${interpreter()} (XMLCNN_PYTHON names another)` };
}

/** One run of the PyTorch peer: the medians of its steps. Without a data file it draws Zipf-distributed words. */
export function measureTorch(args: string[], threads: number, data?: string): TorchResult {
  const input = data !== undefined && existsSync(data) ? ['--data', data] : [];
  const run = python([peer, ...input, '--threads', String(threads), ...args]);
  if (run.status !== 0) throw new Error(`the PyTorch peer failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as TorchResult;
}

const interpreter = (): string => process.env.XMLCNN_PYTHON || 'python3';

/** Runs Python; OpenBLAS finds the processor's kernels by itself, as it does for everybody. */
function python(args: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env };
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  return spawnSync(interpreter(), args, { encoding: 'utf8', env });
}
