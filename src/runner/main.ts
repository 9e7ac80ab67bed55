/** Entry of a runner process: `runner SERVICE`, forked with an IPC channel. */
import { serve } from './serve.ts';
import type { ServiceName } from './protocol.ts';

// A service brings in only what it needs: hovering must not wait for the trainer to load.
const services: Record<ServiceName, () => Promise<void>> = {
  clusters: async () => serve((await import('./services/clusters.ts')).clusters),
  dataset: async () => serve((await import('./services/dataset.ts')).dataset),
  engines: async () => serve((await import('./services/engines.ts')).engines),
  exporter: async () => serve((await import('./services/exporter.ts')).exporter),
  predictions: async () => serve((await import('./services/predictions.ts')).predictions),
  predictor: async () => serve((await import('./services/predictor.ts')).predictor),
  review: async () => serve((await import('./services/review.ts')).review),
  survey: async () => serve((await import('./services/survey.ts')).survey),
  training: async () => serve((await import('./services/training.ts')).training),
};

const name = process.argv[2];
if (!process.send || !Object.hasOwn(services, name)) {
  console.error(`usage: fork(runner, [${Object.keys(services).join(' | ')}])`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {}); // the parent decides when to end
await services[name as ServiceName]();
