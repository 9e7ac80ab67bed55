// Dynamic average pooling is linear: the mean of a chunk's windows is the filter applied to the mean of its words.
import { axpy } from './sums';
import { gemm } from './gemm';
import { rows8 } from './pack';
import { zero } from './simd';

@unmanaged
export class Average {
  k: i32;
  dim: i32;
  filters: i32;
  chunks: i32;
  documents: i32;
  words: usize; // [distinct][dim]
  tokens: usize;
  starts: usize;
  means: usize; // [documents * chunks][k][dim]
  packedMeans: usize;
  weight: usize; // [filters][k][dim]
  bias: usize;
  pooled: usize; // first unit of this size
  pooledStride: usize;
}

/** Tile = one document: the mean word at each window position, for each chunk. */
export function averageMeans(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Average>(args);
  const start = load<i32>(a.starts + <usize>tile * 4);
  const n = load<i32>(a.starts + <usize>tile * 4, 4) - start - a.k + 1;
  const rowBytes = <usize>a.dim * 4;
  for (let c: i32 = 0; c < a.chunks; c++) {
    const from = (c * n) / a.chunks, end = ((c + 1) * n + a.chunks - 1) / a.chunks;
    const scale = f32x4.splat(1 / <f32>(end - from));
    for (let j: i32 = 0; j < a.k; j++) {
      const mean = a.means + <usize>((tile * a.chunks + c) * a.k + j) * rowBytes;
      memory.fill(mean, 0, rowBytes);
      for (let t = from; t < end; t++) {
        const word = load<u32>(a.tokens + <usize>(start + t + j) * 4);
        axpy(mean, a.words + <usize>word * rowBytes, scale, a.dim);
      }
    }
  }
}

/** Tile = 8 filters: means W^T + b, ReLU. */
export function averageForward(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Average>(args);
  const k = a.k * a.dim;
  const rows = a.documents * a.chunks;
  const first = tile * 8;
  const count = min(8, a.filters - first);
  rows8(a.weight + <usize>(first * k) * 4, <usize>k * 4, count, k, scratch);
  const result = scratch + <usize>k * 32;
  gemm(a.packedMeans, scratch, result, 32, (rows + 3) / 4, 1, k, 0);
  for (let d: i32 = 0; d < a.documents; d++) {
    for (let c: i32 = 0; c < a.chunks; c++) {
      for (let f: i32 = 0; f < count; f++) {
        const x = load<f32>(result + <usize>(d * a.chunks + c) * 32 + <usize>f * 4) + load<f32>(a.bias + <usize>(first + f) * 4);
        store<f32>(a.pooled + <usize>d * a.pooledStride + <usize>((first + f) * a.chunks + c) * 4, max<f32>(x, 0));
      }
    }
  }
}

@unmanaged
export class AverageGradient {
  k: i32;
  dim: i32;
  filters: i32;
  chunks: i32;
  documents: i32;
  tokens: usize;
  starts: usize;
  means: usize; // [documents * chunks][k][dim]
  weight: usize; // [filters][k][dim]
  gradient: usize; // of the pooled units; first unit of this size
  gradientStride: usize;
  meanGradients: usize; // [documents * chunks][k][dim]
  weightGradient: usize;
  biasGradient: usize;
  wordGradient: usize; // [distinct][dim]
}

/** Tile = one filter: dW = sum of g mean. */
export function averageWeightGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<AverageGradient>(args);
  const bytes = <usize>(a.k * a.dim) * 4;
  const target = a.weightGradient + <usize>tile * bytes;
  memory.fill(target, 0, bytes);
  let bias: f32 = 0;
  for (let d: i32 = 0; d < a.documents; d++) {
    for (let c: i32 = 0; c < a.chunks; c++) {
      const g = load<f32>(a.gradient + <usize>d * a.gradientStride + <usize>(tile * a.chunks + c) * 4);
      bias += g;
      axpy(target, a.means + <usize>(d * a.chunks + c) * bytes, f32x4.splat(g), a.k * a.dim);
    }
  }
  store<f32>(a.biasGradient + <usize>tile * 4, bias);
}

/** Tile = one document: gradient of its means, dS = sum of g W. */
export function averageMeanGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<AverageGradient>(args);
  const bytes = <usize>(a.k * a.dim) * 4;
  for (let c: i32 = 0; c < a.chunks; c++) {
    const target = a.meanGradients + <usize>(tile * a.chunks + c) * bytes;
    memory.fill(target, 0, bytes);
    for (let f: i32 = 0; f < a.filters; f++) {
      const g = load<f32>(a.gradient + <usize>tile * a.gradientStride + <usize>(f * a.chunks + c) * 4);
      axpy(target, a.weight + <usize>f * bytes, f32x4.splat(g), a.k * a.dim);
    }
  }
}

/** One tile only: spreads the gradient of the means over the words that made them. */
export function averageWordGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<AverageGradient>(args);
  const rowBytes = <usize>a.dim * 4;
  for (let d: i32 = 0; d < a.documents; d++) {
    const start = load<i32>(a.starts + <usize>d * 4);
    const n = load<i32>(a.starts + <usize>d * 4, 4) - start - a.k + 1;
    for (let c: i32 = 0; c < a.chunks; c++) {
      const from = (c * n) / a.chunks, end = ((c + 1) * n + a.chunks - 1) / a.chunks;
      const scale = f32x4.splat(1 / <f32>(end - from));
      for (let j: i32 = 0; j < a.k; j++) {
        const source = a.meanGradients + <usize>((d * a.chunks + c) * a.k + j) * rowBytes;
        for (let t = from; t < end; t++) {
          const word = load<u32>(a.tokens + <usize>(start + t + j) * 4);
          axpy(a.wordGradient + <usize>word * rowBytes, source, scale, a.dim);
        }
      }
    }
  }
}
