import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { texts as readTexts } from './batches.ts';
import { measureEngine, type EngineResult } from './engine.ts';
import { measureEngines } from './engines.ts';
import { perSecond, table } from './measure.ts';
import { settings } from './settings.ts';
import { measureSgemm } from './sgemm.ts';
import { findTorch, measureTorch, type TorchResult } from './torch.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    engines: { type: 'boolean' },
    threads: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const parts = ['sgemm', ...settings.map((s) => s.name)];
const unknown = values.only?.find((name) => !parts.includes(name));
if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${parts.join('; ')}`);
const wanted = (name: string): boolean => values.only?.includes(name) ?? true;
const threads = Number(values.threads ?? availableParallelism());
const texts = await readTexts();
const torch = findTorch();
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${threads} threads, ${texts.name}`,
);
if (values.engines) {
  console.log('');
  await measureEngines(texts, threads);
  process.exit(0);
}
console.log('missing' in torch ? `PyTorch is not measured: ${torch.missing}.` : `PyTorch ${torch.version}`);

const fixed = (x: number | undefined): string => x?.toFixed(1) ?? 'not measured';
const sgemm = wanted('sgemm') ? await measureSgemm(threads) : [];
if (sgemm.length) {
  console.log('\n## Matrix product, GFLOP/s (best of runs, packing included)\n');
  console.log(
    table(
      ['m x k x n', '1 thread', `${threads} threads`, '1 thread without FMA', 'tfjs-wasm (1 thread)'],
      sgemm.map(({ shape: s, ...r }) => [
        `${s.m} x ${s.k} x ${s.n}`,
        fixed(r.oneThread),
        fixed(r.allThreads),
        fixed(r.withoutFma),
        fixed(r.tfjs),
      ]),
    ),
  );
}

console.log('\n## Documents per second: median (slowest-fastest run)\n');
const results: { name: string; engine: EngineResult; torch?: TorchResult }[] = [];
for (const setting of settings.filter(({ name }) => wanted(name))) {
  const engine = await measureEngine(setting, texts, threads, values.quick ?? false);
  const peer = setting.torch && !('missing' in torch) ? measureTorch(setting.torch, threads) : undefined;
  results.push({ name: setting.name, engine, torch: peer });
}
const batchOf = (name: string): number => settings.find((s) => s.name === name)!.batch;
console.log(
  table(
    [
      'settings',
      'trains',
      'applies',
      'with probabilities',
      'one document, ms',
      'PyTorch trains',
      'applies',
      'ratio trains',
      'applies',
    ],
    results.map(({ name, engine: e, torch }) => {
      const train = (batchOf(name) * 1000) / e.step.median;
      const apply = (e.documents * 1000) / e.inference.median;
      return [
        name,
        perSecond(batchOf(name), e.step),
        perSecond(e.documents, e.inference),
        perSecond(e.documents, e.scoring),
        e.single.median.toFixed(1),
        fixed(torch?.train_docs_per_s),
        fixed(torch?.infer_docs_per_s),
        torch ? (train / torch.train_docs_per_s).toFixed(1) : '-',
        torch ? (apply / torch.infer_docs_per_s).toFixed(1) : '-',
      ];
    }),
  ),
);

console.log('\n## Milliseconds of a training step, by kernel\n');
for (const { name, engine } of results) {
  const total = engine.kernels.reduce((sum, [, ms]) => sum + ms, 0);
  console.log(
    `* ${name} (${engine.distinct} distinct words): ${engine.kernels
      .filter(([, ms]) => ms > total / 100)
      .map(([k, ms]) => `${k} ${ms.toFixed(1)}`)
      .join(', ')}`,
  );
}
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, threads, texts: texts.name, torch, sgemm, results }, null, 2)}\n`,
  );
