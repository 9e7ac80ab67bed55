import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { texts as readTexts } from './batches.ts';
import { measureEngine, type EngineResult } from './engine.ts';
import { perSecond, table } from './measure.ts';
import { settings } from './settings.ts';
import { ownSgemm, tfjsSgemm, type Shape } from './sgemm.ts';
import { measureTorch, torchMissing, type TorchResult } from './torch.ts';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, threads: { type: 'string' }, json: { type: 'string' } },
});
const threads = Number(values.threads ?? availableParallelism());
const texts = await readTexts();
const noTorch = torchMissing();
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${threads} threads, ${texts.name}`,
);

console.log('\n## Matrix product, GFLOP/s (best of runs, packing included)\n');
const shapes: Shape[] = [
  { m: 1024, n: 1024, k: 1024 },
  { m: 2240, n: 3584, k: 304 },
  { m: 64, n: 4272, k: 512 },
];
const tfjs = await tfjsSgemm(shapes);
const sgemm = [];
for (const [i, shape] of shapes.entries()) {
  sgemm.push({
    shape,
    oneThread: await ownSgemm(shape, 1),
    allThreads: await ownSgemm(shape, threads),
    withoutFma: await ownSgemm(shape, 1, 'simd'),
    tfjs: tfjs?.[i],
  });
}
const fixed = (x: number | undefined): string => x?.toFixed(1) ?? 'not measured';
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

console.log('\n## Documents per second: median (slowest-fastest run)\n');
const results: { name: string; engine: EngineResult; torch?: TorchResult }[] = [];
for (const setting of settings) {
  const engine = await measureEngine(setting, texts, threads, values.quick ?? false);
  const torch = setting.torch && !noTorch ? measureTorch(setting.torch, threads) : undefined;
  results.push({ name: setting.name, engine, torch });
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
if (noTorch) console.log(`\nPyTorch was not measured: ${noTorch}.`);

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
    `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, threads, texts: texts.name, sgemm, results }, null, 2)}\n`,
  );
