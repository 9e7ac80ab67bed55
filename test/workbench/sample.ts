import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A copy of the sample dataset in `glosses/`. */
export function copySample(folder: string): void {
  cpSync('examples/glosses', join(folder, 'glosses'), { recursive: true });
}

/** A config for the sample that learns within seconds; with many epochs, it is still at it when a test looks. */
export function sampleConfig(name: string, epochs: number, more: Record<string, unknown> = {}): string {
  const config = {
    dataset: { train: 'glosses/train.jsonl', test: 'glosses/test.jsonl' },
    embedding: { dim: 32 },
    model: { filterSizes: [1, 2], filters: 32, pools: 1, hidden: 64 },
    training: { epochs, batchSize: 32, learningRate: 0.002, patience: 0, retrainOnAll: false, ...more },
    output: { folder: 'runs', name },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

export function writeSampleConfig(folder: string, name: string, epochs: number, more?: Record<string, unknown>): void {
  writeFileSync(join(folder, `${name}.xmlcnn.json`), sampleConfig(name, epochs, more));
}

/** Documents of a split of the sample. */
export function sampleSize(split: 'train' | 'test'): number {
  return readFileSync(`examples/glosses/${split}.jsonl`, 'utf8').trimEnd().split('\n').length;
}

/** Trains the sample into `runs/<name>` with the command line, before there is an editor. */
export function trainSample(folder: string, name: string, epochs: number, more?: Record<string, unknown>): void {
  trainConfig(folder, name, sampleConfig(name, epochs, more));
}

/** Trains by a config into `runs/<name>`. */
export function trainConfig(folder: string, name: string, config: string): void {
  const file = join(folder, `${name}.xmlcnn.json`);
  writeFileSync(file, config);
  execFileSync(process.execPath, ['dist/cli.js', 'train', file], { stdio: 'pipe' });
}
