/**
 * Trains, predicts and inspects in runner processes for some hours, as the editor does, and fails where memory, handles,
 * processes or temporary files grow. `node loop.mjs HOURS`; the first rounds are not counted.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RunnerClient } from '../../src/runner/client.ts';
import type { ServiceName } from '../../src/runner/protocol.ts';

const script = resolve('dist/runner/main.js');
const hours = Number(process.argv[2] ?? 2);
const glosses = resolve('examples/glosses');
const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-soak-'));
const config = join(folder, 'soak.xmlcnn.json');

interface Reading {
  heap: number;
  rss: number;
  handles: number;
  children: number;
  temporary: number;
}

/** Runner processes that live through the rounds: theirs is the memory that could grow. */
const kept = { dataset: client('dataset'), predictor: client('predictor') };

function client<S extends ServiceName>(service: S): RunnerClient<S> {
  return new RunnerClient(service, { script, onLog: (line) => console.log(line) });
}

const rssOf = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

function read(): Reading {
  global.gc?.();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return {
    heap: process.memoryUsage().heapUsed / 2 ** 20,
    rss: rssOf(kept.dataset.pid) + rssOf(kept.predictor.pid),
    handles: process.getActiveResourcesInfo().length,
    children: readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(/\s+/).length,
    temporary: names.filter((name) => name.endsWith('.tmp')).length,
  };
}

async function round(n: number): Promise<void> {
  const name = `run-${n}`;
  const training = client('training');
  await training.call('train', { configFile: config, overrides: [`output.name="${name}"`] });
  training.dispose();
  await training.exited;
  const run = join(folder, 'runs', name);
  const model = { folder: run, stamp: String(n) };
  for (let i = 0; i < 50; i++)
    await kept.predictor.call('explain', { model, text: `a large animal of the sea ${i}`, top: 5, truth: [] });
  await kept.dataset.call('open', { path: glosses, options: {} });
  rmSync(run, { recursive: true });
}

writeFileSync(
  config,
  JSON.stringify({
    dataset: { train: join(glosses, 'train.jsonl'), test: join(glosses, 'test.jsonl'), validationFraction: 0.1 },
    embedding: { dim: 32 },
    model: { filterSizes: [1, 2], filters: 32, pools: 1, hidden: 0 },
    training: { epochs: 1, patience: 0 },
    evaluation: { baselines: false },
    output: { folder: join(folder, 'runs') },
  }),
);
const until = Date.now() + hours * 3_600_000;
const warmUp = 5;
let first: Reading | undefined;
let last: Reading | undefined;
let rounds = 0;
try {
  while (Date.now() < until || rounds <= warmUp + 1) {
    await round(rounds++);
    last = read();
    if (rounds === warmUp) first = last;
    console.log(JSON.stringify({ round: rounds, ...last }));
  }
} finally {
  for (const runner of Object.values(kept)) runner.dispose();
  rmSync(folder, { recursive: true, force: true });
}
const grown = first!.heap * 1.5 + 20 < last!.heap || first!.rss * 1.25 + 50 < last!.rss;
const leaks = first!.handles < last!.handles || first!.children < last!.children || last!.temporary > 0;
console.log(`${rounds} rounds; first ${JSON.stringify(first)}, last ${JSON.stringify(last)}`);
if (grown || leaks) throw new Error('something grew from round to round');
