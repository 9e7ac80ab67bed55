import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const peer = '../shared/peers/torch_step.py';
const data = '../shared/data/eurlex57k/train.jsonl.xz';

export interface TorchResult {
  train_docs_per_s: number;
  infer_docs_per_s: number;
}

/** Why PyTorch cannot be measured here, or undefined where it can. */
export function torchMissing(): string | undefined {
  if (!existsSync(peer)) return 'its script is not at hand';
  const probe = spawnSync('python3', ['-c', 'import torch'], { encoding: 'utf8' });
  return probe.status === 0 ? undefined : 'torch is not installed';
}

/** One run of the PyTorch peer on the same data. */
export function measureTorch(args: string[], threads: number): TorchResult {
  const input = existsSync(data) ? ['--data', data] : [];
  const run = spawnSync('python3', [peer, ...input, '--threads', String(threads), ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the PyTorch peer failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as TorchResult;
}
