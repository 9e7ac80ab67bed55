/** npm run bench: see bench/run.mjs. Each part is measured in a process of its own, one after the other. */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Context } from './context.ts';
import { isPart, parts, usualParts } from './parts.ts';
import { readRecorded, record } from './recorded.ts';
import type { Machine, PartResult, Recorded } from './report.ts';
import { comparisonMarkdown, describeMachine, partMarkdown } from './report.ts';
import { findTorch } from './torch.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    threads: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    record: { type: 'boolean', default: false },
    part: { type: 'string' },
  },
});
const context: Context = { quick: values.quick, threads: Number(values.threads ?? availableParallelism()) };

if (values.part !== undefined) {
  process.on('disconnect', () => process.exit(1)); // the suite was ended
  process.send!(await parts[values.part](context));
  process.exit(0);
}

const wanted = values.only ?? usualParts;
const unknown = wanted.find((name) => !isPart(name));
if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${Object.keys(parts).join(', ')}`);
const machine = thisMachine();
console.error(describeMachine(machine));
const measured: Recorded = {};
const failed: string[] = [];
for (const name of wanted) {
  const begin = performance.now();
  try {
    const result = await inProcess(name);
    const seconds = (performance.now() - begin) / 1000;
    const date = new Date().toISOString().slice(0, 10);
    measured[name] = { date, machine, quick: context.quick, seconds: Math.round(seconds), ...result };
    console.log(`${partMarkdown(name, measured[name], '##')}\n`);
  } catch (error) {
    failed.push(name);
    console.error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`## Beside the last recorded results\n\n${comparisonMarkdown(measured, readRecorded())}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, null, 2)}\n`);
if (values.markdown) {
  const sections = Object.entries(measured).map(([name, part]) => partMarkdown(name, part, '##'));
  writeFileSync(values.markdown, `${sections.join('\n\n')}\n`);
}
if (values.record) await record(measured);
if (failed.length > 0) process.exit(1);

function thisMachine(): Machine {
  const torch = findTorch();
  return {
    processor: cpus()[0]?.model.trim() || 'unknown processor',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    threads: context.threads,
    versions: { Node: process.versions.node, ...('version' in torch && { PyTorch: torch.version }) },
  };
}

/** A part leaves neither compiled code nor memory behind for the next one. */
function inProcess(name: string): Promise<PartResult> {
  console.error(`${name} …`);
  const flags = ['--part', name, '--threads', String(context.threads), ...(context.quick ? ['--quick'] : [])];
  const child = fork(fileURLToPath(import.meta.url), flags);
  return new Promise((resolve, reject) => {
    child.on('message', (result) => resolve(result as PartResult));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`its process ended with ${code}`)));
  });
}
