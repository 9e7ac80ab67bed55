/**
 * y = W x + b
 * @param weight [out, in]
 */
export function dense(x: Float64Array, weight: Float32Array, bias: Float32Array): Float64Array {
  const y = Float64Array.from(bias);
  for (let o = 0; o < y.length; o++) {
    let sum = y[o];
    for (let i = 0; i < x.length; i++) sum += weight[o * x.length + i] * x[i];
    y[o] = sum;
  }
  return y;
}

/** Adds to the gradients of weight and bias; returns that of x. */
export function denseBackward(
  dy: Float64Array,
  x: Float64Array,
  weight: Float32Array,
  gradients: { weight: Float64Array; bias: Float64Array },
): Float64Array {
  const dx = new Float64Array(x.length);
  for (let o = 0; o < dy.length; o++) {
    gradients.bias[o] += dy[o];
    for (let i = 0; i < x.length; i++) {
      gradients.weight[o * x.length + i] += dy[o] * x[i];
      dx[i] += dy[o] * weight[o * x.length + i];
    }
  }
  return dx;
}

/** max(x, 0) */
export const relu = (x: Float64Array): Float64Array => x.map((value) => Math.max(value, 0));

/** Gradient before a ReLU, given its output: nothing passes at 0. */
export const reluBackward = (dy: Float64Array, y: Float64Array): Float64Array =>
  dy.map((gradient, i) => (y[i] > 0 ? gradient : 0));

/** Elementwise product, or `x` itself without factors: dropout and its gradient. */
export const times = (x: Float64Array, factors: Float64Array | undefined): Float64Array =>
  factors ? x.map((value, i) => value * factors[i]) : x;
