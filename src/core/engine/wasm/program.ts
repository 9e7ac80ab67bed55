/** One tile of a kernel: tile number, this thread's scratch memory, address of the arguments. */
export type Kernel = (tile: number, scratch: number, args: number) => void;

/**
 * A program is a list of phases in shared memory. All threads draw the tiles of a phase from one counter and meet before the
 * next phase. Which thread computes a tile never matters: each output element belongs to one tile. Where a phase is fixed, tile i
 * is thread i's all the same, so that what it works on stays in its cache.
 */
export const Control = {
  generation: 0,
  phases: 1, // number of phases; -1 ends the worker
  finished: 2, // workers that have left the program
  failed: 3,
  scratch: 4, // address of the threads' scratch memory, then bytes for each
  scratchBytes: 5,
  first: 16, // phases follow, `phaseWords` each
} as const;
export const phaseWords = 8;
export const maxPhases = 120;
const Phase = {
  kernel: 0,
  tiles: 1,
  args: 2,
  ticket: 3,
  arrived: 4,
  fixed: 5,
} as const;

/** Turns of busy waiting before a thread sleeps: phases follow each other within microseconds. */
const SPINS = 3000;

export function writePhase(
  control: Int32Array,
  phase: number,
  { kernel, tiles, args, fixed }: { kernel: number; tiles: number; args: number; fixed: boolean },
): void {
  const at = Control.first + phase * phaseWords;
  control[at + Phase.kernel] = kernel;
  control[at + Phase.tiles] = tiles;
  control[at + Phase.args] = args;
  control[at + Phase.ticket] = 0;
  control[at + Phase.arrived] = 0;
  control[at + Phase.fixed] = Number(fixed);
}

/** Works through the program with the other threads; returns when all tiles of all phases are done. */
export function runProgram(control: Int32Array, kernels: Kernel[], thread: number, threads: number): void {
  const phases = control[Control.phases];
  const scratch = (control[Control.scratch] >>> 0) + thread * (control[Control.scratchBytes] >>> 0);
  for (let phase = 0; phase < phases; phase++) {
    const at = Control.first + phase * phaseWords;
    const kernel = kernels[control[at + Phase.kernel]];
    const tiles = control[at + Phase.tiles];
    const args = control[at + Phase.args];
    try {
      if (control[at + Phase.fixed]) for (let tile = thread; tile < tiles; tile += threads) kernel(tile, scratch, args);
      else
        for (;;) {
          const tile = Atomics.add(control, at + Phase.ticket, 1);
          if (tile >= tiles) break;
          kernel(tile, scratch, args);
        }
    } catch {
      Atomics.store(control, Control.failed, 1);
    }
    meet(control, at + Phase.arrived, threads);
  }
}

function meet(control: Int32Array, index: number, threads: number): void {
  if (Atomics.add(control, index, 1) + 1 === threads) {
    Atomics.notify(control, index);
    return;
  }
  waitUntil(control, index, (value) => value >= threads);
}

/** Returns once the word at `index` satisfies the test; whoever changes it must notify. */
export function waitUntil(control: Int32Array, index: number, test: (value: number) => boolean): void {
  for (let spin = 0; spin < SPINS; spin++) if (test(Atomics.load(control, index))) return;
  for (;;) {
    const value = Atomics.load(control, index);
    if (test(value)) return;
    Atomics.wait(control, index, value);
  }
}
