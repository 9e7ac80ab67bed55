import type { ParameterSpec } from '../../model/network.ts';
import { elements } from '../../model/network.ts';

/**
 * The shape of a parameter on the device. Matrices lie as [in, out], so that no forward product is transposed; filters lie
 * as [D, k F], column j F + f, so that one product projects a word through all positions of all filters of a size.
 */
export function deviceShape({ shape: [out, inputs, window = 1], shape }: ParameterSpec): number[] {
  return shape.length === 1 ? shape : [inputs, window * out];
}

/** From the canonical layout of `parameters` (model/network.ts) to the device's. */
export function toDevice(spec: ParameterSpec, canonical: Float32Array): Float32Array {
  return permuted(spec, canonical, (out, from, to) => (out[to] = canonical[from]));
}

/** And back. */
export function fromDevice(spec: ParameterSpec, device: Float32Array): Float32Array {
  return permuted(spec, device, (out, to, from) => (out[to] = device[from]));
}

function permuted(
  spec: ParameterSpec,
  source: Float32Array,
  copy: (target: Float32Array, canonical: number, device: number) => void,
): Float32Array {
  if (spec.shape.length === 1) return source.slice();
  const [out, inputs, window = 1] = spec.shape;
  const target = new Float32Array(elements(spec));
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < window; j++) copy(target, (o * inputs + i) * window + j, (i * window + j) * out + o);
    }
  }
  return target;
}
