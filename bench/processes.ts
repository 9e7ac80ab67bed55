/** The product as its users start it: processes of the built `dist`. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunnerClient } from '../src/runner/client.ts';
import type { ServiceName } from '../src/runner/protocol.ts';
import { eurlex, isAtHand, unpack } from './texts.ts';

const cli = resolve('dist/cli.js');

export const isBuilt = (): boolean => existsSync(cli);
export const notBuilt = 'dist not found: `npm run build` makes it';

export interface Ended {
  milliseconds: number;
  /** Largest resident size, in MiB. */
  peak: number;
}

/** Tells the largest resident size (KiB on every system) on descriptor 3 as the process ends. */
const tellPeak = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));",
)}`;

/** Runs a command of the CLI to its end. Throws with what it logged where it fails. */
export function xmlcnn(...args: string[]): Promise<Ended> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['--import', tellPeak, cli, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let [log, peak] = ['', ''];
  child.stderr!.on('data', (text: Buffer) => (log = (log + text.toString()).slice(-2000)));
  child.stdio[3]!.on('data', (text: Buffer) => (peak += text.toString()));
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      if (code !== 0) fail(new Error(`xmlcnn ${args.join(' ')} ended with ${code}: ${log}`));
      else settle({ milliseconds: performance.now() - begin, peak: Number(peak) / 1024 });
    });
  });
}

export const startRunner = <S extends ServiceName>(service: S): RunnerClient<S> =>
  new RunnerClient(service, { script: resolve('dist/runner/main.js'), onLog: () => {} });

/** Largest resident size of a process so far, in MiB; undefined where the system does not tell. */
export function peakOf(pid: number | undefined): number | undefined {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status) && /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1];
  return kilobytes ? Number(kilobytes) / 1024 : undefined;
}

export interface SmallSet {
  name: string;
  train: string;
  /** Texts of it. */
  texts: string[];
}

/** The first documents of EURLEX57K's dev file, else the sample, as JSON lines. */
export function writeDataset(folder: string, most: number): SmallSet {
  const isReal = isAtHand(eurlex);
  const all = isReal ? unpack(eurlex.file) : readFileSync('examples/glosses/train.jsonl', 'utf8');
  const lines = all
    .split('\n')
    .filter((line) => line)
    .slice(0, most);
  mkdirSync(folder, { recursive: true });
  const train = join(folder, 'train.jsonl');
  writeFileSync(train, `${lines.join('\n')}\n`);
  const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
  return {
    name: `${lines.length.toLocaleString('en')} documents of ${isReal ? 'EURLEX57K' : 'the sample'}`,
    train,
    texts,
  };
}

/** Trains one epoch; the run folder, and how the process ended. */
export async function trainOnce(folder: string, train: string, preset: string): Promise<Ended & { run: string }> {
  const config = join(folder, `${preset}.xmlcnn.json`);
  const contents = {
    extends: preset,
    dataset: { train },
    training: { epochs: 1, warmupSteps: 0 },
    output: { name: preset },
  };
  writeFileSync(config, JSON.stringify(contents));
  const ended = await xmlcnn('train', config, '--set', 'evaluation.baselines=false');
  return { ...ended, run: join(folder, 'runs', preset) };
}
