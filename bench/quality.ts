/**
 * Test figures of the presets on public datasets. Made for hours: every finished run is a line of bench/quality/results.jsonl, and what
 * was stopped or killed goes on where it was.
 * npm run bench:quality -- --data FOLDER [--vectors FILE] [--dataset NAME]… [--preset NAME]… [--seeds 1-3] [--threads N]
 *   [--work FOLDER] [--report | --list]
 * XMLCNN_DATA and XMLCNN_VECTORS stand for the first two. --report writes the tables of bench/RESULTS.md and runs nothing.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { jobsOf, parseResults, remaining, type Job, type Result } from './quality/plan.ts';
import { fillIn, report } from './quality/report.ts';
import { missing, runJob, type Places } from './quality/train.ts';
import { presetNames } from '../src/core/config/presets.ts';

const resultsFile = 'bench/quality/results.jsonl';
const document = 'bench/RESULTS.md';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.XMLCNN_DATA },
    vectors: { type: 'string', default: process.env.XMLCNN_VECTORS },
    work: { type: 'string', default: 'node_modules/.cache/xmlcnn-quality' },
    dataset: { type: 'string', multiple: true, default: [] },
    preset: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string', default: '1-3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    report: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const jobs = jobsOf({ datasets: values.dataset, presets: values.preset, seeds: values.seeds });
const todo = remaining(jobs, results());
if (values.list) for (const job of todo) console.log(nameOf(job));
else if (!values.report) await runAll(todo);
if (!values.list) await writeTables();

function results(): Result[] {
  return existsSync(resultsFile) ? parseResults(readFileSync(resultsFile, 'utf8')) : [];
}

async function runAll(todo: readonly Job[]): Promise<void> {
  if (values.data === undefined) {
    console.log('skipped: no folder of datasets (--data FOLDER, or XMLCNN_DATA)');
    return;
  }
  const places: Places = {
    data: values.data,
    vectors: values.vectors,
    work: values.work,
    threads: Number(values.threads),
  };
  mkdirSync(places.work, { recursive: true });
  for (const job of runnable(todo, places)) {
    console.log(`\n=== ${nameOf(job)}`);
    const result = await runJob(job, places);
    if (!result) {
      console.log('stopped; the same command goes on from here');
      return;
    }
    append(result);
    const { metrics } = result;
    console.log(['P@1', 'P@3', 'P@5', 'microF1@tuned'].map((m) => `${m} ${(metrics[m] * 100).toFixed(2)}`).join('  '));
    await writeTables();
  }
}

/** Says which jobs are left out. */
function runnable(todo: readonly Job[], places: Places): Job[] {
  return todo.filter((job) => {
    const reason = missing(job, places);
    if (reason !== undefined) console.log(`skipped: ${nameOf(job)}: ${reason}`);
    return reason === undefined;
  });
}

/** A line that a kill cut off is ended first, so that it is one bad line and not two. */
function append(result: Result): void {
  const text = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) writeFileSync(resultsFile, whole);
  appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
}

async function writeTables(): Promise<void> {
  const all = jobsOf({ datasets: [], presets: [...presetNames], seeds: '1-9' });
  const text = fillIn(readFileSync(document, 'utf8'), report(results(), all));
  writeFileSync(document, await format(text, { ...(await resolveConfig(document)), filepath: document }));
}

function nameOf({ set, preset, seed }: Job): string {
  return `${set.name}, ${preset}, seed ${seed}`;
}
