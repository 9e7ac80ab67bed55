// Adam (Kingma & Ba 2015) in PyTorch's form, with decoupled weight decay and the moving average of the weights.
import { zero } from './simd';

/**
 * n floats (a multiple of 4) of weights w, moments m and v, gradient g and, unless 0, moving average s.
 * w <- w (1 - decay) - rate m / (sqrt(v) correction2 + epsilon), where rate = lr / (1 - beta1^t), decay = lr weightDecay,
 * correction2 = 1 / sqrt(1 - beta2^t); s <- s + averageStep (w - s).
 */
export function adamVector(
  w: usize, m: usize, v: usize, g: usize, s: usize, n: i32,
  rate: f32, beta1: f32, beta2: f32, correction2: f32, epsilon: f32, decay: f32, averageStep: f32, gradientScale: f32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2), c2 = f32x4.splat(1 - beta2);
  const lr = f32x4.splat(rate), root = f32x4.splat(correction2), eps = f32x4.splat(epsilon);
  const keep = f32x4.splat(1 - decay), average = f32x4.splat(averageStep), scale = f32x4.splat(gradientScale);
  for (let i: usize = 0; i < <usize>n * 4; i += 16) {
    const gradient = f32x4.mul(v128.load(g + i), scale);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m + i)), f32x4.mul(c1, gradient));
    const second = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(gradient, gradient)));
    v128.store(m + i, first);
    v128.store(v + i, second);
    const step = f32x4.div(f32x4.mul(lr, first), f32x4.add(f32x4.mul(f32x4.sqrt(second), root), eps));
    const weight = f32x4.sub(f32x4.mul(v128.load(w + i), keep), step);
    v128.store(w + i, weight);
    if (s) {
      const shadow = v128.load(s + i);
      v128.store(s + i, f32x4.add(shadow, f32x4.mul(average, f32x4.sub(weight, shadow))));
    }
  }
}

@unmanaged
export class Update {
  count: i32; // floats in all, a multiple of 4
  tile: i32; // floats of a tile, a multiple of 4
  weight: usize;
  m: usize;
  v: usize;
  gradient: usize;
  average: usize; // 0 for none
  rate: f32;
  beta1: f32;
  beta2: f32;
  correction2: f32;
  epsilon: f32;
  decay: f32;
  averageStep: f32;
  gradientScale: f32;
}

/** Adam over a flat range of one parameter. */
export function adam(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Update>(args);
  const from = <usize>tile * <usize>a.tile * 4;
  adamVector(
    a.weight + from, a.m + from, a.v + from, a.gradient + from, a.average ? a.average + from : 0,
    min(a.tile, a.count - tile * a.tile),
    a.rate, a.beta1, a.beta2, a.correction2, a.epsilon, a.decay, a.averageStep, a.gradientScale,
  );
}

@unmanaged
export class SquareSum {
  count: i32; // floats in all, a multiple of 4
  tile: i32; // floats of a tile, a multiple of 4
  gradient: usize;
  squares: usize; // f64 per tile
}

/** Squared norm of a tile of the gradient. */
export function sumSquares(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<SquareSum>(args);
  const from = a.gradient + <usize>tile * <usize>a.tile * 4;
  const bytes = <usize>min(a.tile, a.count - tile * a.tile) * 4;
  let total: f64 = 0;
  for (let i: usize = 0; i < bytes; ) {
    let sum = zero();
    for (const end = min(bytes, i + 4096); i < end; i += 16) {
      const g = v128.load(from + i);
      sum = f32x4.add(sum, f32x4.mul(g, g));
    }
    total += <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
    total += <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
  }
  store<f64>(a.squares + <usize>tile * 8, total);
}
