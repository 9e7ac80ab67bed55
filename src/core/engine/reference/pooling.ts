import { chunkEnd, chunkStart } from '../../model/network.ts';
import type { Pooling } from '../../model/network.ts';

/** Which convolution outputs each pooled unit sees: [first, one past the last) of the flattened [F, n] outputs. */
export function receptiveFields(pooling: Pooling, filters: number, n: number, pools: number): [number, number][] {
  if (pooling === 'seed') return Array.from({ length: filters * n - 1 }, (_, u) => [u, u + 2]);
  return Array.from({ length: filters * pools }, (_, u) => {
    const row = Math.floor(u / pools) * n;
    const chunk = u % pools;
    return [row + chunkStart(chunk, pools, n), row + chunkEnd(chunk, pools, n)];
  });
}

export interface Pooled {
  /** Before ReLU. */
  values: Float64Array;
  /** Index into the flattened convolution outputs of each maximum, the first one on a tie; -1 for averages. */
  winners: Int32Array;
}

/** Maximum or mean of each unit's field. */
export function pool(outputs: Float64Array, fields: [number, number][], average: boolean): Pooled {
  const values = new Float64Array(fields.length);
  const winners = new Int32Array(fields.length).fill(-1);
  fields.forEach(([first, end], u) => {
    if (average) {
      for (let i = first; i < end; i++) values[u] += outputs[i] / (end - first);
      return;
    }
    let best = first;
    for (let i = first + 1; i < end; i++) if (outputs[i] > outputs[best]) best = i;
    values[u] = outputs[best];
    winners[u] = best;
  });
  return { values, winners };
}

/** Gradient of the convolution outputs: all of it to the winner, or an equal share to every window of an average. */
export function poolBackward(
  dvalues: Float64Array,
  winners: Int32Array,
  fields: [number, number][],
  outputs: number,
): Float64Array {
  const dout = new Float64Array(outputs);
  fields.forEach(([first, end], u) => {
    if (winners[u] >= 0) dout[winners[u]] += dvalues[u];
    else for (let i = first; i < end; i++) dout[i] += dvalues[u] / (end - first);
  });
  return dout;
}
