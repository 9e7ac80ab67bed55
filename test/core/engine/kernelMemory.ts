import { Machine, type KernelBuild } from '../../../src/core/engine/wasm/machine.ts';
import type { Call, KernelName } from '../../../src/core/engine/wasm/calls.generated.ts';
import { Draws } from './randomCases.ts';

const SCRATCH = 1 << 20;
const GUARD = 64; // floats that no kernel may write

/** A number of an area's own kind that no computation yields. */
const untouched = 7777.125;

/** Areas of a kernel machine's memory, and kernels run on them one at a time. */
export class KernelMemory {
  /** Kernels that have run. */
  readonly ran = new Set<KernelName>();
  private readonly machine: Machine;
  private readonly scratch: number;
  private readonly draws = new Draws(2017);

  constructor(build: KernelBuild['name'], threads: number) {
    this.machine = new Machine(threads, build);
    this.scratch = this.machine.allocate(threads * SCRATCH);
  }

  /** Numbers between -1 and 1. */
  random(n: number): number[] {
    return Array.from({ length: n }, () => Math.fround(this.draws.between(-1000, 1000) / 1000));
  }

  /** Whole numbers least … most. */
  whole(n: number, least: number, most: number): number[] {
    return Array.from({ length: n }, () => this.draws.between(least, most));
  }

  /** Address of an area with these numbers. */
  floats(values: readonly number[]): number {
    const address = this.room(values.length);
    this.machine.floats(address, values.length).set(values);
    return address;
  }

  integers(values: readonly number[]): number {
    const address = this.room(values.length);
    this.machine.integers(address, values.length).set(values);
    return address;
  }

  /** Address of an area for n floats (or n / 2 doubles), filled with numbers that nothing computes, and guarded. */
  room(n: number): number {
    const address = this.machine.allocate((n + GUARD) * 4);
    this.machine.floats(address, n + GUARD).fill(untouched);
    return address;
  }

  read(address: number, n: number): number[] {
    if (this.machine.floats(address + n * 4, GUARD).some((x) => x !== untouched))
      throw new Error('written past the end');
    return [...this.machine.floats(address, n)];
  }

  readIntegers(address: number, n: number): number[] {
    return [...this.machine.integers(address, n)];
  }

  readDoubles(address: number, n: number): number[] {
    return [...this.machine.doubles(address, n)];
  }

  run(call: Call): void {
    this.ran.add(call.kernel);
    this.machine.run([call], { scratch: this.scratch, scratchBytes: SCRATCH });
  }

  dispose(): Promise<void> {
    return this.machine.dispose();
  }
}

export type Matrix = number[][];

/** Rows of `columns` numbers. */
export const rowsOf = (values: readonly number[], columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, r) => values.slice(r * columns, (r + 1) * columns));

export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** Rows in panels of `width`, each [column][width]; missing rows of the last panel are zero. */
export function panels(rows: Matrix, width: number): number[] {
  const panel = (p: number): number[] =>
    rows[0].flatMap((_, c) => Array.from({ length: width }, (__, i) => rows[p * width + i]?.[c] ?? 0));
  return Array.from({ length: Math.ceil(rows.length / width) }, (_, p) => panel(p)).flat();
}

export const transposed = (rows: Matrix): Matrix => rows[0].map((_, c) => rows.map((row) => row[c]));
