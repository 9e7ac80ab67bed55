import { workerData } from 'node:worker_threads';
import { kernelNames } from './calls.generated.ts';
import { Control, runProgram, waitUntil, type Kernel } from './program.ts';

export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  controlAddress: number;
  controlWords: number;
  thread: number;
  threads: number;
}

const { module, memory, controlAddress, controlWords, thread, threads } = workerData as WorkerStart;
const control = new Int32Array(memory.buffer, controlAddress, controlWords);
const instance = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } });
const kernels = kernelNames.map((name) => instance.exports[name] as Kernel);

for (let generation = 0; ; generation++) {
  waitUntil(control, Control.generation, (value) => value > generation);
  if (control[Control.phases] < 0) break;
  runProgram(control, kernels, thread, threads);
  Atomics.add(control, Control.finished, 1);
  Atomics.notify(control, Control.finished);
}
