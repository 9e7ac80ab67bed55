/**
 * Trains, predicts and inspects in runner processes for some hours, as the editor does, and fails where memory, handles,
 * processes or temporary files grow. `node --expose-gc loop.mjs HOURS`; the first rounds are not counted. SIGTERM ends it after the
 * round that is under way, with a verdict on the rounds until then.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../../src/core/base/events.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import type { ServiceName } from '../../src/runner/protocol.ts';

/** Kinds of models, one a round in turn. */
const kinds = ['xml-cnn', 'linear', 'blend'] as const;
const script = resolve('dist/runner/main.js');
const hours = Number(process.argv[2] ?? 2);
const glosses = resolve('examples/glosses');
const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-soak-'));
const config = join(folder, 'soak.xmlcnn.json');
/** Whatever a process leaves in its folder for temporary files, it leaves here. */
const temporary = join(folder, 'tmp');
mkdirSync(temporary);
process.env.TMPDIR = temporary;

/** What must not grow. Memory in MiB. */
interface Reading {
  /** Of this process, which stands for the extension host. */
  heap: number;
  /** Of the runners that live through the rounds: resident memory and open files. */
  datasetRss: number;
  predictorRss: number;
  predictionsRss: number;
  files: number;
  /** Of this process: timers, pipes, sockets. */
  handles: number;
  children: number;
  temporary: number;
}

/** Runner processes that live through the rounds: theirs is the memory that could grow. */
const kept = { dataset: client('dataset'), predictor: client('predictor'), predictions: client('predictions') };

function client<S extends ServiceName>(service: S): RunnerClient<S> {
  return new RunnerClient(service, { script, onLog: (line) => console.log(line) });
}

const rssOf = ({ pid }: { pid: number | undefined }): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);

function read(): Reading {
  global.gc?.();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return {
    heap: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    datasetRss: rssOf(kept.dataset),
    predictorRss: rssOf(kept.predictor),
    predictionsRss: rssOf(kept.predictions),
    files: Object.values(kept).reduce((sum, { pid }) => sum + readdirSync(`/proc/${pid}/fd`).length, 0),
    handles: process.getActiveResourcesInfo().length,
    children: readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(/\s+/).length,
    temporary: names.filter((name) => name.endsWith('.tmp')).length + readdirSync(temporary).length,
  };
}

async function round(n: number): Promise<void> {
  const name = `run-${n}`;
  const run = join(folder, 'runs', name);
  await train(name, kinds[n % kinds.length]);
  const model = { folder: run, stamp: String(n) };
  for (let i = 0; i < 50; i++)
    await kept.predictor.call('explain', { model, text: `a large animal of the sea ${i}`, top: 5, truth: [] });
  await kept.predictions.call('open', { folder: run, target: { kind: 'split', split: 'test' }, evaluate: true });
  await kept.dataset.call('open', { file: glosses, options: {} });
  await kept.dataset.call('readWords', { split: 'train' });
  await kept.dataset.call('readQuality', {});
  rmSync(run, { recursive: true });
}

/** In a process of its own, stopped once on the way and resumed. */
async function train(name: string, kind: (typeof kinds)[number]): Promise<void> {
  const overrides = [`output.name="${name}"`, `model.type="${kind}"`];
  const isUnderWay = (event: RunEvent): boolean =>
    event.type === 'step' || (kind === 'linear' && event.type === 'progress' && event.phase === 'training');
  for (const resume of [undefined, join(folder, 'runs', name)]) {
    const stop = new AbortController();
    const training = client('training');
    const result = await training.call(
      'train',
      { configFile: config, overrides, ...(resume !== undefined && { resume }) },
      {
        signal: stop.signal,
        onEvent: (event) => {
          if (resume === undefined && isUnderWay(event)) stop.abort();
        },
      },
    );
    training.dispose();
    await training.exited;
    const expected = resume === undefined ? 'interrupted' : 'finished';
    if (result.stopped !== expected) throw new Error(`${name} was ${result.stopped} instead of ${expected}`);
  }
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

const started = Date.now();
const warmUp = 30;
const readings: Reading[] = [];
let isTold = false;
process.once('SIGTERM', () => (isTold = true));
const isLeft = (): boolean => !isTold && Date.now() < started + hours * 3_600_000;
try {
  for (let n = 0; isLeft() || n < warmUp + 8; n++) {
    await round(n);
    const reading = read();
    if (n >= warmUp) readings.push(reading);
    console.log(JSON.stringify({ round: n + 1, minutes: Math.round((Date.now() - started) / 60_000), ...reading }));
  }
} finally {
  for (const runner of Object.values(kept)) runner.dispose();
  rmSync(folder, { recursive: true, force: true });
}

/** Medians of a quarter of the rounds: one reading falls before or after a collection of garbage. */
function medians(part: readonly Reading[]): Reading {
  const middle = (key: keyof Reading): number => part.map((one) => one[key]).sort((a, b) => a - b)[part.length >> 1];
  return Object.fromEntries((Object.keys(part[0]) as (keyof Reading)[]).map((key) => [key, middle(key)])) as never;
}
const quarter = Math.ceil(readings.length / 4);
const first = medians(readings.slice(0, quarter));
const last = medians(readings.slice(-quarter));
const minutes = Math.round((Date.now() - started) / 60_000);
console.log(`${readings.length + warmUp} rounds in ${minutes} minutes; medians of the first and the last quarter:`);
console.table({ first, last });
const grown = (['heap', 'datasetRss', 'predictorRss', 'predictionsRss'] as const).filter(
  (key) => last[key] > first[key] * 1.15 + 15,
);
const leaks = (['files', 'handles', 'children'] as const).filter((key) => last[key] > first[key]);
if (grown.length || leaks.length || readings.some((reading) => reading.temporary > 0))
  throw new Error(`something grew from round to round: ${[...grown, ...leaks].join(', ') || 'temporary files'}`);
