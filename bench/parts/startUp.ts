import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { lower, milliseconds, time, timingOf } from '../measure.ts';
import { isBuilt, notBuilt, startRunner, xmlcnn } from '../processes.ts';
import type { Cell, PartResult } from '../report.ts';

/** Loads the extension's bundle in a process of its own, with an editor that answers everything with itself. */
const loadBundle = `
const Module = require('node:module');
const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '' : key === 'prototype' ? Object.prototype : anything),
  apply: () => anything,
  construct: () => anything,
});
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? Object.create(anything) : load(name, ...rest));
const begin = performance.now();
require(process.argv[1]);
console.log(performance.now() - begin);`;

/** What a user waits for before anything happens: the command line, the runner, the extension's own code. */
export async function startUp({ quick }: Context): Promise<PartResult> {
  if (!isBuilt()) return { tables: [], skipped: [notBuilt] };
  const runs = quick ? 5 : 15;
  const bundle = resolve('dist/extension.cjs');
  const loads = Array.from({ length: runs + 1 }, () =>
    Number(execFileSync(process.execPath, ['-e', loadBundle, bundle], { encoding: 'utf8' })),
  );
  const rows: Cell[][] = [
    ['node, an empty script', milliseconds(await time(runs, 1, () => void execFileSync(process.execPath, ['-e', ''])))],
    ['xmlcnn --version', milliseconds(await time(runs, 1, () => xmlcnn('--version')))],
    ['xmlcnn help', milliseconds(await time(runs, 1, () => xmlcnn('--help')))],
    ['xmlcnn inspect, the sample (5,000 texts)', milliseconds(await time(runs, 1, () => xmlcnn('inspect', 'examples/glosses/train.jsonl')))],
    ['runner: fork to the first figures of the sample', milliseconds(await time(runs, 1, firstFigures))],
    ['extension: its bundle loaded in the host', milliseconds(timingOf(loads.slice(1)))],
  ]; // prettier-ignore
  const kilobytes = lower(statSync(bundle).size / 1000);
  const note = `The extension's bundle has ${kilobytes.value.toFixed(0)} kB. Its activation in a real editor is measured by \`npm run bench:ui\`.`;
  return { tables: [{ title: 'Start-up, ms', head: ['what', 'ms'], rows, note }], skipped: [] };
}

async function firstFigures(): Promise<void> {
  const runner = startRunner('dataset');
  await new Promise<void>((resolve, reject) => {
    const params = { file: 'examples/glosses/train.jsonl', options: {} };
    runner.call('open', params, { onEvent: () => resolve() }).then(() => resolve(), reject);
  });
  runner.dispose();
  await runner.exited;
}
