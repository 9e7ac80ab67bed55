import { bitsAt, key32 } from '../base/random.ts';
import { kernelRoom, megabytes, memoryLimit } from '../base/memory.ts';
import { UserError } from '../base/errors.ts';
import { calls, type Linear } from '../engine/wasm/calls.generated.ts';
import { largest } from '../model/nearestFit.ts';
import type { Machine } from '../engine/wasm/machine.ts';
import type { FeatureMatrix, LabelDocuments } from './featureMatrix.ts';

export interface SolverSettings {
  /** How much a document on the wrong side counts against small weights. */
  c: number;
  /** (objective - dual) / objective to reach: the objective is no further above its minimum. Default 5e-4. */
  gap?: number;
  /** C of a label's documents, as a multiple of the others'; 1 where absent. By label. */
  costs?: ArrayLike<number>;
}

/** A label's finished weights. */
export interface SolvedLabel {
  label: number;
  bias: number;
  /** A view of the solver's memory, good until the callback returns. */
  weights: Float32Array; // [features]
  /** 1/2 |w|^2 + 1/2 b^2 + C sum of cost max(0, 1 - y (w x + b))^2, and a bound that no weights come below. */
  objective: number;
  dual: number;
  /** Whether the two are as near as was asked: rounding may keep them apart where C is large. */
  isConverged: boolean;
  /** Scorings of all documents that it took. */
  rounds: number;
  /** Documents that its dual was solved over, and sweeps over them. */
  listed: number;
  sweeps: number;
}

/** As in the kernels. */
const groupSize = 32;
const tileDocuments = 64;
/** Threads that one group keeps busy. */
const threadsOfGroup = 8;
const restingTolerance = Infinity;

/**
 * Support vector machines with squared hinge loss, one a label. 32 labels are in work at a time; where one is finished, the next takes
 * its slot. What becomes of a label depends on its documents alone: not on the threads, nor on the labels beside it.
 */
export class LinearSolver {
  private readonly groups: number;
  private readonly memory: Linear;
  private readonly settings: SolverSettings & { gap: number };
  private readonly slots: (Work | undefined)[];

  /** Throws `UserError` `model-too-large`, `out-of-memory`. */
  constructor(
    private readonly machine: Machine,
    private readonly matrix: FeatureMatrix,
    private readonly labels: LabelDocuments,
    settings: SolverSettings,
  ) {
    this.settings = { gap: 5e-4, ...settings };
    const most = Math.ceil((labels.starts.length - 1) / groupSize);
    this.groups = Math.max(1, Math.min(most, Math.ceil(machine.threads / threadsOfGroup)));
    while (this.groups > 1 && solverBytes(matrix, this.groups) > memoryLimit) this.groups--;
    requireRoom(matrix, this.groups);
    this.slots = Array.from({ length: this.groups * groupSize });
    this.memory = this.allocate();
    this.placeMatrix();
  }

  /**
   * Solves these labels; `onLabel` gets each when it is finished, in no order that counts.
   * @param pause awaited between pieces of work of some tenths of a second; what it throws ends the call
   */
  async solve(
    wanted: readonly number[],
    onLabel: (solved: SolvedLabel) => void,
    pause: (done: number) => Promise<void> = async () => {},
  ): Promise<void> {
    const { starts } = this.labels;
    const count = (l: number): number => starts[l + 1] - starts[l];
    // labels of one size take as many rounds, and the long ones go first
    const queue = [...wanted].sort((a, b) => count(a) - count(b) || b - a);
    let done = 0;
    while (queue.length > 0 || this.slots.some((slot) => slot !== undefined)) {
      for (let s = 0; s < this.slots.length; s++) {
        if (this.slots[s] !== undefined) continue;
        const label = queue.pop();
        if (label !== undefined) this.begin(s, label);
      }
      this.step();
      done += this.finish(onLabel);
      await pause(done);
    }
  }

  private allocate(): Linear {
    const { machine, matrix, groups } = this;
    const slots = groups * groupSize;
    const { documents } = matrix;
    const features = paddedFeatures(matrix);
    const chunks = Math.ceil(documents / tileDocuments);
    const at = (count: number, bytes = 4): number => machine.allocate(count * bytes);
    return {
      documents,
      features,
      starts: at(documents + 1),
      entries: at(matrix.values.length, 8),
      weights: at(slots * features),
      rows: at(slots * features),
      bias: at(slots),
      tolerance: at(slots),
      accuracy: at(slots),
      lengths: at(documents),
      counts: at(slots, 8),
      seeds: at(slots),
      sums: at(slots, 24),
      listed: at(slots * documents),
      alpha: at(slots * documents),
      order: at(slots * documents),
      member: at(groups * documents),
      fresh: at(groups * documents),
      positive: at(groups * documents),
      losses: at(slots * chunks, 8),
      chunk: tileDocuments,
      chunks,
      sweeps: 30,
      diagonal: 1 / (2 * this.settings.c),
      costs: at(slots),
    };
  }

  private placeMatrix(): void {
    const { machine, memory, matrix } = this;
    const { documents, starts, indices, values } = matrix;
    machine.integers(memory.starts, documents + 1).set(starts);
    const [numbers, floats] = [
      machine.integers(memory.entries, 2 * values.length),
      machine.floats(memory.entries, 2 * values.length),
    ];
    for (let e = 0; e < values.length; e++) {
      numbers[2 * e] = indices[e] * 4;
      floats[2 * e + 1] = values[e];
    }
    const lengths = machine.floats(memory.lengths, documents);
    for (let d = 0; d < documents; d++) {
      let squares = 1;
      for (let e = starts[d]; e < starts[d + 1]; e++) squares += values[e] * values[e];
      lengths[d] = squares;
    }
    machine.floats(memory.tolerance, this.slots.length).fill(restingTolerance);
    machine.floats(memory.costs, this.slots.length).fill(1);
  }

  /** Gives a slot to a label: its documents, and some others drawn at random, so that the bias finds its place. */
  private begin(slot: number, label: number): void {
    const { machine, memory, matrix, labels } = this;
    const { documents } = matrix;
    const own = labels.documents.subarray(labels.starts[label], labels.starts[label + 1]);
    machine.floats(memory.weights + slot * memory.features * 4, memory.features).fill(0);
    machine.floats(memory.bias, this.slots.length)[slot] = 0;
    machine.floats(memory.costs, this.slots.length)[slot] = this.settings.costs?.[label] ?? 1;
    const [member, fresh, positive] = [memory.member, memory.fresh, memory.positive].map((address) =>
      machine.integers(address + Math.floor(slot / groupSize) * documents * 4, documents),
    );
    const bit = 1 << (slot % groupSize);
    for (const bits of [member, fresh, positive]) for (let d = 0; d < documents; d++) bits[d] &= ~bit;
    const listed = machine.integers(memory.listed + slot * documents * 4, documents);
    let count = 0;
    for (const d of own) {
      positive[d] |= bit;
      member[d] |= bit;
      listed[count++] = 2 * d + 1;
    }
    const key = key32(label);
    const drawn = Math.min(documents - own.length, firstOthers(own.length));
    const isAll = drawn * 3 > documents - own.length;
    for (let i = 0, n = 0; isAll ? i < documents : n < drawn; i++) {
      const d = isAll ? i : Math.floor((bitsAt(key, i) / 4294967296) * documents);
      if (member[d] & bit) continue;
      member[d] |= bit;
      listed[count++] = 2 * d;
      n++;
    }
    machine.floats(memory.alpha + slot * documents * 4, count).fill(0);
    machine.integers(memory.counts, 2 * this.slots.length).set([count, 0], 2 * slot);
    machine.integers(memory.seeds, this.slots.length)[slot] = key;
    this.slots[slot] = { label, rounds: 0 };
  }

  /** Solves each slot's dual over what it lists, then scores all documents. */
  private step(): void {
    const { machine, memory, slots, groups } = this;
    const [tolerance, accuracy] = [
      machine.floats(memory.tolerance, slots.length),
      machine.floats(memory.accuracy, slots.length),
    ];
    slots.forEach((work, s) => {
      tolerance[s] = work ? toleranceOf(work.rounds) : restingTolerance;
      accuracy[s] = work ? accuracyOf(work.rounds) : 0;
      if (work) work.rounds++;
    });
    const scratchBytes = 2 * groupSize * 4;
    const scratch = Math.ceil(machine.heapTop / 64) * 64;
    machine.reach(scratch + machine.threads * scratchBytes);
    const featureTiles = Math.ceil(memory.features / 4096);
    const program = [
      calls.linearSolve(slots.length, memory),
      calls.linearRows(groups * featureTiles, memory),
      calls.linearScore(groups * memory.chunks, memory),
    ];
    machine.run(program, { scratch, scratchBytes });
  }

  /** Takes out the labels that are good enough. */
  private finish(onLabel: (solved: SolvedLabel) => void): number {
    const { machine, memory, slots, settings } = this;
    let finished = 0;
    slots.forEach((work, s) => {
      if (!work) return;
      const bias = machine.floats(memory.bias, slots.length)[s];
      const [norm, alphas, squares] = machine.doubles(memory.sums + s * 24, 3);
      const half = (norm + bias * bias) / 2;
      const objective = half + settings.c * this.lossOf(s);
      const dual = alphas - squares / (4 * settings.c) - half;
      const isConverged = objective - dual <= settings.gap * objective;
      if (!isConverged && work.rounds < mostRounds) return;
      const [listed, sweeps] = machine.integers(memory.counts, 2 * slots.length).subarray(2 * s);
      const weights = machine.floats(memory.weights + s * memory.features * 4, this.matrix.features);
      onLabel({ ...work, bias, weights, objective, dual, isConverged, listed, sweeps });
      slots[s] = undefined;
      finished++;
    });
    return finished;
  }

  private lossOf(slot: number): number {
    const { machine, memory } = this;
    const { chunks } = memory;
    const first = Math.floor(slot / groupSize) * chunks * groupSize;
    const losses = machine.doubles(memory.losses + first * 8, chunks * groupSize);
    let sum = 0;
    for (let chunk = 0; chunk < chunks; chunk++) sum += losses[chunk * groupSize + (slot % groupSize)];
    return sum;
  }
}

interface Work {
  label: number;
  rounds: number;
}

/** Rounds after which a label is taken as it is. */
const mostRounds = 60;

/** Other documents that a label with so many of its own begins with. */
const firstOthers = (own: number): number => 1000 + 2 * own;
const toleranceOf = (round: number): number => 0.1 * 0.3 ** round;
const accuracyOf = (round: number): number => Math.max(1e-4, 0.3 ** round);

const paddedFeatures = ({ features }: FeatureMatrix): number => Math.ceil(Math.max(1, features) / 4) * 4;

/** Bytes of WebAssembly memory with so many groups of labels in work. */
function solverBytes(matrix: FeatureMatrix, groups: number): number {
  const { documents, values } = matrix;
  const group = groupSize * (paddedFeatures(matrix) * 8 + documents * 12 + 64) + documents * (12 + 4);
  return kernelRoom + values.length * 8 + documents * 8 + groups * group;
}

function requireRoom(matrix: FeatureMatrix, groups: number): void {
  const bytes = solverBytes(matrix, groups);
  if (bytes <= memoryLimit) return;
  const fitting = largest(
    matrix.features,
    1000,
    (some) => solverBytes({ ...matrix, features: some }, groups) <= memoryLimit,
  );
  throw new UserError(
    'model-too-large',
    `Training the linear model needs ${megabytes(bytes)}, more than the 4,096 MB of a WebAssembly memory`,
    fitting > 0
      ? `It fits with about linear.maxFeatures ${fitting.toLocaleString('en')}.`
      : 'Train on fewer documents, or on shorter ones.',
  );
}
