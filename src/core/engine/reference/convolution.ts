import { windows } from '../../model/network.ts';

/** One convolution over words: `filters` filters of `k` words. */
export interface ConvolutionShape {
  dim: number;
  filters: number;
  k: number;
  stride: number;
}

/**
 * c[f, t] = b[f] + sum_{j<k, d<D} x[t stride + j, d] W[f, d, j]
 * @param x [L, D]
 * @param weight [F, D, k]
 * @returns [F, n], n = windows(L, k, stride)
 */
export function convolve(
  x: Float64Array,
  weight: Float32Array,
  bias: Float32Array,
  { dim, filters, k, stride }: ConvolutionShape,
): Float64Array {
  const n = windows(x.length / dim, k, stride);
  const out = new Float64Array(filters * n);
  for (let f = 0; f < filters; f++) {
    for (let t = 0; t < n; t++) {
      let sum = bias[f];
      for (let d = 0; d < dim; d++) {
        for (let j = 0; j < k; j++) sum += x[(t * stride + j) * dim + d] * weight[(f * dim + d) * k + j];
      }
      out[f * n + t] = sum;
    }
  }
  return out;
}

/** Adds to the gradients of filters, biases and inputs, given those of the outputs. Shapes as in `convolve`. */
export function convolveBackward(
  dout: Float64Array, // [F, n]
  x: Float64Array,
  weight: Float32Array,
  { dim, filters, k, stride }: ConvolutionShape,
  gradients: { weight: Float64Array; bias: Float64Array; x: Float64Array },
): void {
  const n = dout.length / filters;
  for (let f = 0; f < filters; f++) {
    for (let t = 0; t < n; t++) {
      const g = dout[f * n + t];
      // Behind a maximum nearly every window's gradient is zero.
      if (g === 0) continue;
      gradients.bias[f] += g;
      for (let d = 0; d < dim; d++) {
        for (let j = 0; j < k; j++) {
          const at = (t * stride + j) * dim + d;
          gradients.weight[(f * dim + d) * k + j] += g * x[at];
          gradients.x[at] += g * weight[(f * dim + d) * k + j];
        }
      }
    }
  }
}
