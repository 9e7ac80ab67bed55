import { cpus } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../base/errors.ts';
import { megabytes } from '../../base/memory.ts';
import { fusedKernels, plainKernels, workerSource } from './generated.ts';
import { argumentBytes, kernelNames, type Call } from './calls.generated.ts';
import { Control, maxPhases, phaseWords, runProgram, waitUntil, writePhase, type Kernel } from './program.ts';
import type { WorkerStart } from './worker.ts';

const PAGE = 65536;
const controlAddress = PAGE; // the kernels' static data lies below
const controlWords = Control.first + maxPhases * phaseWords;
const argumentAddress = controlAddress + 8192;
const heapStart = 2 * PAGE;

export interface KernelBuild {
  name: 'relaxed-simd' | 'simd';
  module: WebAssembly.Module;
}

let compiled: KernelBuild | undefined;

/** The best kernels that this Node runs, compiled once. Fused multiply-add is a flag in Node 20 and standard later. */
export function kernelBuild(preferred?: KernelBuild['name']): KernelBuild {
  if (preferred === 'simd') return { name: 'simd', module: new WebAssembly.Module(decode(plainKernels)) };
  return (compiled ??= bestBuild());
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

function bestBuild(): KernelBuild {
  const fused = decode(fusedKernels);
  if (!WebAssembly.validate(fused)) {
    try {
      setFlagsFromString('--experimental-wasm-relaxed-simd');
    } catch {
      // a Node without the flag keeps the plain build
    }
  }
  if (WebAssembly.validate(fused)) return { name: 'relaxed-simd', module: new WebAssembly.Module(fused) };
  return { name: 'simd', module: new WebAssembly.Module(decode(plainKernels)) };
}

/** Fused or not, and on which processor: what bits depend on. */
export function buildName(build: KernelBuild): string {
  const model = cpus()[0]?.model.trim().replace(/\s+/g, ' ') || 'unknown processor';
  return `wasm ${build.name}, ${process.arch}, ${model}`;
}

/** Node 20 has it; TypeScript's library declares it from ES2024 on. */
type WaitingAtomics = typeof Atomics & {
  waitAsync(
    array: Int32Array,
    index: number,
    value: number,
  ): { async: false } | { async: true; value: Promise<string> };
};

/** Memory of the threads' own: `scratchBytes` each, from `scratch` on. */
interface Scratch {
  scratch: number;
  scratchBytes: number;
}

/** One shared memory, its threads, and programs that run on them. The calling thread works too, unless it has other work. */
export class Machine {
  readonly build: KernelBuild;
  readonly threads: number;
  /** All threads are others than the calling one. */
  readonly isBeside: boolean;
  private readonly memory: WebAssembly.Memory;
  private readonly control: Int32Array;
  private readonly kernels: Kernel[];
  private workers: Worker[] = [];
  private generation = 0;
  private top = heapStart;
  /** Milliseconds by kernel, where profiling is on. */
  profile: Map<string, number> | undefined;

  /**
   * @param wantsBeside whether the calling thread has other work meanwhile; where there is one thread, it is that
   * @param startsLate whether the other threads are started when there is work for them
   */
  constructor(threads: number, preferred?: KernelBuild['name'], wantsBeside = false, startsLate = false) {
    this.build = kernelBuild(preferred);
    this.threads = Math.max(1, threads);
    this.isBeside = wantsBeside && this.threads > 1;
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
    this.control = new Int32Array(this.memory.buffer, controlAddress, controlWords);
    const instance = new WebAssembly.Instance(this.build.module, {
      env: { memory: this.memory, abort: () => undefined },
    });
    this.kernels = kernelNames.map((name) => instance.exports[name] as Kernel);
    if (!startsLate) this.startWorkers();
  }

  private startWorkers(): void {
    const first = this.isBeside ? 0 : 1;
    this.workers = Array.from({ length: this.threads - first }, (_, i) => this.startWorker(first + i));
    this.control[Control.finished] = this.workers.length;
  }

  private startWorker(thread: number): Worker {
    const { memory, threads } = this;
    const start: WorkerStart = { module: this.build.module, memory, controlAddress, controlWords, thread, threads };
    const worker = new Worker(workerSource, { eval: true, workerData: start, execArgv: [] });
    worker.unref();
    return worker;
  }

  /** Reserves memory, zeroed where none was given back. Addresses are multiples of 64. */
  allocate(bytes: number): number {
    const address = this.top;
    this.top += Math.ceil(bytes / 64) * 64;
    this.reach(this.top);
    return address;
  }

  /** Gives back what was allocated since `heapTop` was this. */
  giveBack(heapTop: number): void {
    this.top = heapTop;
  }

  /** A stack of short-lived areas above everything allocated so far: `reach` grows the memory up to an address. */
  get heapTop(): number {
    return this.top;
  }

  reach(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    const pages = Math.ceil(missing / PAGE);
    const spare = Math.min(Math.ceil(pages / 4), 65536 - this.memory.buffer.byteLength / PAGE - pages);
    try {
      this.memory.grow(pages + Math.max(0, spare));
    } catch (cause) {
      throw new UserError(
        'out-of-memory',
        `The engine needs ${megabytes(end)} of memory and could not get it`,
        'Use a smaller batch, vocabulary or model, or close other programs.',
        {},
        { cause },
      );
    }
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, length);
  }

  /** Runs the calls one after the other on all threads. */
  run(calls: Call[], scratch: Scratch): void {
    if (this.profile) {
      for (const call of calls) this.profiled(call, scratch, this.profile);
      return;
    }
    for (let at = 0; at < calls.length; at += maxPhases) this.runPhases(calls.slice(at, at + maxPhases), scratch);
  }

  /** The same while the calling thread goes on, where the machine is beside it. One at a time; good until it settles. */
  async runBeside(calls: Call[], scratch: Scratch): Promise<void> {
    if (!this.isBeside || this.profile) return this.run(calls, scratch);
    for (let at = 0; at < calls.length; at += maxPhases) {
      this.begin(calls.slice(at, at + maxPhases), scratch);
      await this.settled();
      this.requireSuccess();
    }
  }

  /** A worker that is referred to keeps the process alive meanwhile. */
  private async settled(): Promise<void> {
    const { control, workers } = this;
    workers[0].ref();
    try {
      for (;;) {
        const finished = Atomics.load(control, Control.finished);
        if (finished >= workers.length) return;
        const wait = (Atomics as WaitingAtomics).waitAsync(control, Control.finished, finished);
        if (wait.async) await wait.value;
      }
    } finally {
      workers[0].unref();
    }
  }

  private profiled(call: Call, scratch: Scratch, profile: Map<string, number>): void {
    const begin = performance.now();
    this.runPhases([call], scratch);
    profile.set(call.kernel, (profile.get(call.kernel) ?? 0) + performance.now() - begin);
  }

  private runPhases(calls: Call[], scratch: Scratch): void {
    const { control, threads, kernels } = this;
    if (!this.isBeside && calls.every(({ tiles }) => tiles <= 1)) {
      this.place(calls, scratch);
      runProgram(control, kernels, 0, 1);
      this.requireSuccess();
      return;
    }
    this.begin(calls, scratch);
    if (this.isBeside) waitUntil(control, Control.finished, (value) => value >= this.workers.length);
    else runProgram(control, kernels, 0, threads);
    this.requireSuccess();
  }

  private begin(calls: Call[], scratch: Scratch): void {
    const { control } = this;
    if (this.workers.length === 0) this.startWorkers();
    this.place(calls, scratch);
    control[Control.finished] = 0;
    Atomics.store(control, Control.generation, ++this.generation);
    Atomics.notify(control, Control.generation);
  }

  private place(calls: Call[], { scratch, scratchBytes }: Scratch): void {
    const { control, workers } = this;
    waitUntil(control, Control.finished, (value) => value >= workers.length);
    calls.forEach((call, phase) => this.writeCall(call, phase));
    control[Control.scratch] = scratch;
    control[Control.scratchBytes] = scratchBytes;
    control[Control.phases] = calls.length;
  }

  private requireSuccess(): void {
    if (this.control[Control.failed]) throw new Error('a kernel of the WebAssembly engine failed');
  }

  private writeCall({ kernel, tiles, words, fixed = false }: Call, phase: number): void {
    const address = argumentAddress + phase * argumentBytes;
    this.integers(address, words.length).set(words); // addresses from 2 GiB on wrap round, as the kernels read them
    writePhase(this.control, phase, { kernel: kernelNames.indexOf(kernel), tiles, args: address, fixed });
  }

  async dispose(): Promise<void> {
    waitUntil(this.control, Control.finished, (value) => value >= this.workers.length);
    this.control[Control.phases] = -1;
    Atomics.store(this.control, Control.generation, ++this.generation);
    Atomics.notify(this.control, Control.generation);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
