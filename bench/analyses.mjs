// node bench/analyses.mjs FOLDER: what the runner takes for each tab of Inspect Dataset, and for label clusters.
// FOLDER holds train.jsonl and test.jsonl. Prints seconds of wall time, and the largest memory that the process held until then.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node bench/analyses.mjs FOLDER');
const train = join(folder, 'train.jsonl');

/** A runner with one service; `call` settles with the method's result and counts the milliseconds to its first event. */
function start(service) {
  const runner = fork('dist/runner/main.js', [service], { serialization: 'advanced', execArgv: [] });
  const pending = new Map();
  let last = 0;
  runner.on('message', ({ id, type, event, value, error }) => {
    const call = pending.get(id);
    if (type === 'event') return call.onEvent(event);
    pending.delete(id);
    if (type === 'result') call.resolve(value);
    else call.reject(new Error(JSON.stringify(error)));
  });
  const call = (method, params, onEvent = () => {}) =>
    new Promise((resolve, reject) => {
      pending.set(++last, { resolve, reject, onEvent });
      runner.send({ type: 'call', id: last, method, params });
    });
  return { call, pid: runner.pid, end: () => runner.disconnect() };
}

/** Largest resident memory of a process so far, in MB (Linux). */
const peak = (pid) => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000);

async function timed(runner, what, work) {
  const began = performance.now();
  const result = await work();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`| ${what.padEnd(52)} | ${seconds.padStart(7)} | ${String(peak(runner.pid)).padStart(9)} |`);
  return result;
}

console.log('| what                                                 | seconds | peak (MB) |');
console.log('| ---------------------------------------------------- | ------: | --------: |');
const dataset = start('dataset');
const began = performance.now();
let first;
const onEvent = ({ splits }) => {
  if (splits[0].statistics.documents > 0) first ??= performance.now() - began;
};
await timed(dataset, 'all files read once', () => dataset.call('open', { path: train, options: {} }, onEvent));
await timed(dataset, 'heat map of the 50 most frequent labels', () =>
  dataset.call('headCooccurrence', { split: 'train', most: 50 }),
);
await timed(dataset, 'words of the training file', () => dataset.call('readWords', { split: 'train' }));
const { rows } = await dataset.call('labels', { split: 'train', sort: 'train', descending: true, offset: 0, limit: 1 });
await timed(dataset, 'words that mark the most frequent label', () =>
  dataset.call('labelWords', { split: 'train', label: rows[0].name, measure: 'log-odds' }),
);
await timed(dataset, 'quality of all files', () => dataset.call('readQuality', undefined));
await timed(dataset, 'train against test', () => dataset.call('compare', { split: 'train', other: { split: 'test' } }));
await timed(dataset, 'nearest of a document', () => dataset.call('nearest', { document: 100 }));
dataset.end();
const clusters = start('clusters');
const target = { path: train, options: {} };
await timed(clusters, 'clusters for the default list of k', () => clusters.call('open', { target, anew: true }));
await timed(clusters, 'map', () => clusters.call('map', { k: 12, of: 'all' }));
await timed(clusters, 'words of 12 clusters', () => clusters.call('words', { k: 12 }));
clusters.end();
console.log(`\nFirst figures ${first.toFixed(0)} ms after the process was asked for.`);
