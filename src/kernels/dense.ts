// Fully connected layers: rows of the weights are units, [units][inputs padded to 8].
import { adamVector } from './adam';
import { gemm } from './gemm';
import { columns4, columns8, rows4, rows8 } from './pack';
import { expNegative, keptMask, madd, select, zero } from './simd';

@unmanaged
export class PackRows {
  rows: i32;
  k: i32;
  source: usize;
  stride: usize;
  target: usize; // [ceil(rows / 4)][k][4]
}

/** Tile = one panel of 4 rows. */
export function packRows(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<PackRows>(args);
  const source = a.source + <usize>(tile * 4) * a.stride;
  rows4(source, a.stride, min(4, a.rows - tile * 4), a.k, a.target + <usize>tile * <usize>a.k * 16);
}

@unmanaged
export class PackColumns {
  k: i32; // rows of the source
  source: usize;
  stride: usize;
  target: usize; // [columns / 8][k][8]
}

/** Tile = 8 panels of 8 columns. */
export function packColumns(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<PackColumns>(args);
  const end = min<usize>(a.stride, <usize>tile * 256 + 256);
  for (let offset = <usize>tile * 256; offset < end; offset += 32) {
    columns8(a.source + offset, a.stride, a.k, a.target + offset * <usize>a.k);
  }
}

@unmanaged
export class Forward {
  documents: i32;
  inputs: i32; // padded
  units: i32;
  block: i32; // units of a tile, a multiple of 8
  packedInput: usize; // [panels][inputs][4]
  weight: usize; // [units][inputs]
  bias: usize;
  output: usize; // [panels * 4][outputStride]
  outputStride: usize;
  relu: i32;
  keys: usize; // i32 [documents]: streams of the dropout masks
  threshold: i32; // 0 for none
  scale: f32;
}

/** Tile = a block of units: x W^T + b, then, where asked, ReLU and dropout. */
export function forward(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Forward>(args);
  const first = tile * a.block;
  const units = min(a.block, a.units - first);
  const panels = (units + 7) >> 3;
  const rowPanels = (a.documents + 3) / 4;
  const weightStride = <usize>a.inputs * 4;
  for (let p: i32 = 0; p < panels; p++) {
    const source = a.weight + <usize>(first + p * 8) * weightStride;
    rows8(source, weightStride, min(8, units - p * 8), a.inputs, scratch + <usize>p * weightStride * 8);
  }
  const output = a.output + <usize>first * 4;
  gemm(a.packedInput, scratch, output, a.outputStride, rowPanels, panels, a.inputs, 0);
  const threshold = i32x4.splat(a.threshold), scale = f32x4.splat(a.scale);
  for (let d: i32 = 0; d < a.documents; d++) {
    const row = output + <usize>d * a.outputStride;
    const key = a.threshold ? i32x4.splat(load<i32>(a.keys + <usize>d * 4)) : zero();
    for (let u: i32 = 0; u < panels * 8; u += 4) {
      let x = f32x4.add(v128.load(row + <usize>u * 4), v128.load(a.bias + <usize>(first + u) * 4));
      if (a.relu) x = f32x4.max(x, zero());
      if (a.threshold) {
        const index = i32x4.add(i32x4.splat(first + u), i32x4(0, 1, 2, 3));
        x = v128.and(f32x4.mul(x, scale), keptMask(key, index, threshold));
      }
      v128.store(row + <usize>u * 4, x);
    }
  }
}

@unmanaged
export class Dropout {
  units: i32; // padded to 4
  rows: usize;
  stride: usize;
  keys: usize;
  threshold: i32;
  scale: f32;
}

/** Dropout in place; tile = one document. */
export function dropout(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Dropout>(args);
  const row = a.rows + <usize>tile * a.stride;
  const key = i32x4.splat(load<i32>(a.keys + <usize>tile * 4));
  const threshold = i32x4.splat(a.threshold), scale = f32x4.splat(a.scale);
  let index = i32x4(0, 1, 2, 3);
  for (let i: usize = 0; i < <usize>a.units * 4; i += 16) {
    v128.store(row + i, v128.and(f32x4.mul(v128.load(row + i), scale), keptMask(key, index, threshold)));
    index = i32x4.add(index, i32x4.splat(4));
  }
}

@unmanaged
export class GateSum {
  inputs: i32; // padded to 4
  parts: i32;
  partBytes: usize;
  part: usize; // [parts][documents][inputs]
  value: usize; // [documents][inputs], after ReLU and dropout
  target: usize; // [documents][inputs]
  scale: f32; // 1 / (1 - dropout)
}

/** Sum of the parts, in order, where the unit was open: ReLU and dropout let the gradient through alike. Tile = a document. */
export function gateSum(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<GateSum>(args);
  const offset = <usize>tile * <usize>a.inputs * 4;
  const scale = f32x4.splat(a.scale);
  for (let i: usize = offset; i < offset + <usize>a.inputs * 4; i += 16) {
    let sum = v128.load(a.part + i);
    for (let p: i32 = 1; p < a.parts; p++) sum = f32x4.add(sum, v128.load(a.part + <usize>p * a.partBytes + i));
    const open = f32x4.gt(v128.load(a.value + i), zero());
    v128.store(a.target + i, v128.and(f32x4.mul(sum, scale), open));
  }
}

@unmanaged
export class InputGradient {
  documents: i32;
  inputs: i32;
  units: i32; // padded to 8
  packedGradient: usize; // [panels][units][4]
  weight: usize; // [units][inputs]
  value: usize; // [documents][inputs] after ReLU
  target: usize; // [panels * 4][inputs]
}

const INPUT_BLOCK: i32 = 64;

/** Tile = 64 inputs: (dy W), zero where the input's ReLU was shut. */
export function inputGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<InputGradient>(args);
  const first = tile * INPUT_BLOCK;
  const panels = min(INPUT_BLOCK, a.inputs - first) >> 3;
  const stride = <usize>a.inputs * 4;
  for (let p: i32 = 0; p < panels; p++) {
    const source = a.weight + <usize>(first + p * 8) * 4;
    columns8(source, stride, a.units, scratch + <usize>(p * a.units) * 32);
  }
  const target = a.target + <usize>first * 4;
  gemm(a.packedGradient, scratch, target, stride, (a.documents + 3) / 4, panels, a.units, 0);
  for (let d: i32 = 0; d < a.documents; d++) {
    const offset = <usize>d * stride + <usize>first * 4;
    for (let i = offset; i < offset + <usize>panels * 32; i += 16) {
      const open = f32x4.gt(v128.load(a.value + i), zero());
      v128.store(a.target + i, v128.and(v128.load(a.target + i), open));
    }
  }
}

@unmanaged
export class WeightGradient {
  documents: i32;
  inputs: i32;
  units: i32;
  gradient: usize; // [documents][gradientStride]
  gradientStride: usize;
  packedInput: usize; // [inputs / 8][documents][8]
  target: usize; // [units][inputs], rows padded to 32
  biasTarget: usize;
}

const UNIT_BLOCK: i32 = 32;

/** Tile = 32 units: dW = dy^T x, db = sum of dy. */
export function weightGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WeightGradient>(args);
  const first = tile * UNIT_BLOCK;
  const source = a.gradient + <usize>first * 4;
  for (let p: i32 = 0; p < UNIT_BLOCK / 4; p++) {
    columns4(source + <usize>p * 16, a.gradientStride, a.documents, scratch + <usize>(p * a.documents) * 16);
  }
  const stride = <usize>a.inputs * 4;
  gemm(scratch, a.packedInput, a.target + <usize>first * stride, stride, UNIT_BLOCK / 4, a.inputs >> 3, a.documents, 0);
  for (let u: i32 = 0; u < min(UNIT_BLOCK, a.units - first); u++) {
    let sum: f32 = 0;
    for (let d: i32 = 0; d < a.documents; d++) sum += load<f32>(source + <usize>d * a.gradientStride + <usize>u * 4);
    store<f32>(a.biasTarget + <usize>(first + u) * 4, sum);
  }
}

@unmanaged
export class Output {
  documents: i32;
  inputs: i32;
  labels: i32;
  block: i32; // labels of a tile, a multiple of 8
  groups: i32;
  pairs: i32;
  fused: i32; // 1: Adam in the same pass; 0: the gradient is written to `gradient`
  packedRows: usize; // inputs, [panels][inputs][4]
  packedColumns: usize; // inputs, [inputs / 8][documents][8]
  weight: usize; // [labels][inputs], rows padded to 32
  bias: usize;
  pairLabels: usize; // i32, ascending: the true labels of the batch
  pairDocuments: usize;
  inputGradients: usize; // [groups][panels * 4][inputs]
  losses: usize; // f64 [groups]
  gradient: usize;
  biasGradient: usize;
  m: usize;
  v: usize;
  average: usize;
  biasM: usize;
  biasV: usize;
  biasAverage: usize;
  lossScale: f32; // 1 / (documents x labels), or 1 for the sum
  positiveWeights: usize; // [labels], or 0: all are 1
  rate: f32;
  beta1: f32;
  beta2: f32;
  correction2: f32;
  epsilon: f32;
  decay: f32;
  averageStep: f32;
}

/**
 * Tile = one of a fixed number of groups of label blocks, whatever the threads: logits, sigmoid, loss, gradient into the
 * inputs, gradient of the weights and their Adam update, while a block of the weights is in the cache.
 */
export function output(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Output>(args);
  const blocks = (a.labels + a.block - 1) / a.block;
  const from = i32((<i64>tile * blocks) / a.groups);
  const end = i32((<i64>(tile + 1) * blocks) / a.groups);
  const rowPanels = (a.documents + 3) / 4;
  const stride = <usize>a.inputs * 4;
  const target = a.inputGradients + <usize>tile * <usize>(rowPanels * 4) * stride;
  memory.fill(target, 0, <usize>(rowPanels * 4) * stride);
  const logitStride = <usize>a.block * 4;
  const packed = scratch;
  const logits = packed + <usize>a.block * stride;
  const packedLogits = logits + <usize>(rowPanels * 4) * logitStride;
  const weightGradient = packedLogits + <usize>(rowPanels * 4) * logitStride;
  let loss: f64 = 0;
  for (let b = from; b < end; b++) {
    const first = b * a.block;
    const labels = min(a.block, a.labels - first);
    const weight = a.weight + <usize>first * stride;
    for (let p: i32 = 0; p < a.block; p += 8) {
      rows8(weight + <usize>p * stride, stride, max(0, min(8, labels - p)), a.inputs, packed + <usize>p * stride);
    }
    gemm(a.packedRows, packed, logits, logitStride, rowPanels, a.block >> 3, a.inputs, 0);
    loss += lossGradient(a, logits, logitStride, first, labels);
    // gradient into the inputs: G W
    for (let r: i32 = 0; r < rowPanels; r++) {
      const rows = min(4, a.documents - r * 4);
      rows4(logits + <usize>(r * 4) * logitStride, logitStride, rows, a.block, packedLogits + <usize>(r * 4) * logitStride);
    }
    for (let i: i32 = 0; i < a.inputs; i += 8) {
      columns8(weight + <usize>i * 4, stride, a.block, packed + <usize>i * logitStride);
    }
    gemm(packedLogits, packed, target, stride, rowPanels, a.inputs >> 3, a.block, 1);
    // gradient of the weights: G^T h
    for (let p: i32 = 0; p < a.block; p += 4) {
      columns4(logits + <usize>p * 4, logitStride, a.documents, packedLogits + <usize>(p * a.documents) * 4);
    }
    const gradient = a.fused ? weightGradient : a.gradient + <usize>first * stride;
    gemm(packedLogits, a.packedColumns, gradient, stride, a.block / 4, a.inputs >> 3, a.documents, 0);
    biasGradient(a, logits, logitStride, first, labels);
    if (a.fused) update(a, first, labels, gradient);
  }
  store<f64>(a.losses + <usize>tile * 8, loss);
}

/** Replaces logits by the gradient of the loss, (sigmoid - y) lossScale, and returns the summed loss of the block. */
function lossGradient(a: Output, logits: usize, stride: usize, first: i32, labels: i32): f64 {
  let loss: f64 = 0;
  const one = f32x4.splat(1);
  // positive labels: -x is all that they add to the loss, and 1 is subtracted after the sigmoid
  let pair = lowerBound(a.pairLabels, a.pairs, first);
  const begin = pair;
  for (; pair < a.pairs && load<i32>(a.pairLabels + <usize>pair * 4) < first + labels; pair++) {
    const label = load<i32>(a.pairLabels + <usize>pair * 4);
    const at = logits + <usize>load<i32>(a.pairDocuments + <usize>pair * 4) * stride + <usize>(label - first) * 4;
    const x = load<f32>(at) + load<f32>(a.bias + <usize>label * 4);
    loss -= <f64>x;
    if (a.positiveWeights) loss += (<f64>positiveWeight(a, label) - 1) * softPlus(-<f64>x);
  }
  const scale = f32x4.splat(a.lossScale);
  for (let d: i32 = 0; d < a.documents; d++) {
    const row = logits + <usize>d * stride;
    let sum = zero();
    let product = f64x2.splat(1);
    for (let l: i32 = 0; l < labels; l += 4) {
      const valid = i32x4.lt_s(i32x4.add(i32x4.splat(l), i32x4(0, 1, 2, 3)), i32x4.splat(labels));
      const x = f32x4.add(v128.load(row + <usize>l * 4), v128.load(a.bias + <usize>(first + l) * 4));
      const e = v128.and(expNegative(f32x4.neg(f32x4.abs(x))), valid);
      const inverse = f32x4.div(one, f32x4.add(one, e));
      const probability = select(f32x4.ge(x, zero()), inverse, f32x4.mul(e, inverse));
      v128.store(row + <usize>l * 4, v128.and(f32x4.mul(probability, scale), valid));
      sum = f32x4.add(sum, v128.and(f32x4.max(x, zero()), valid));
      // log(1 + e) of many labels at once: the log of a product
      const grown = f32x4.add(one, e);
      product = f64x2.mul(product, f64x2.promote_low_f32x4(grown));
      product = f64x2.mul(product, f64x2.promote_low_f32x4(v128.shuffle<f32>(grown, grown, 2, 3, 2, 3)));
      if ((l & 255) == 252) {
        loss += Math.log(f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1));
        product = f64x2.splat(1);
      }
    }
    for (let l = labels + 3 & ~3; l < a.block; l += 4) v128.store(row + <usize>l * 4, zero());
    loss += Math.log(f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1));
    loss += <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
    loss += <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
  }
  for (let p = begin; p < pair; p++) {
    const label = load<i32>(a.pairLabels + <usize>p * 4);
    const at = logits + <usize>load<i32>(a.pairDocuments + <usize>p * 4) * stride + <usize>(label - first) * 4;
    const gradient = load<f32>(at) - a.lossScale;
    store<f32>(at, a.positiveWeights ? gradient * positiveWeight(a, label) : gradient);
  }
  return loss;
}

function positiveWeight(a: Output, label: i32): f32 {
  return load<f32>(a.positiveWeights + <usize>label * 4);
}

function softPlus(x: f64): f64 {
  return max(x, 0) + Math.log1p(Math.exp(-abs(x)));
}

function lowerBound(sorted: usize, count: i32, value: i32): i32 {
  let low: i32 = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if (load<i32>(sorted + <usize>middle * 4) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function biasGradient(a: Output, gradient: usize, stride: usize, first: i32, labels: i32): void {
  for (let l: i32 = 0; l < labels; l += 4) {
    let sum = zero();
    for (let d: i32 = 0; d < a.documents; d++) sum = f32x4.add(sum, v128.load(gradient + <usize>d * stride + <usize>l * 4));
    v128.store(a.biasGradient + <usize>(first + l) * 4, sum);
  }
}

function update(a: Output, first: i32, labels: i32, gradient: usize): void {
  const at = <usize>first * <usize>a.inputs * 4;
  adamVector(
    a.weight + at, a.m + at, a.v + at, gradient, a.average ? a.average + at : 0, labels * a.inputs,
    a.rate, a.beta1, a.beta2, a.correction2, a.epsilon, a.decay, a.averageStep, 1,
  );
  const b = <usize>first * 4;
  adamVector(
    a.bias + b, a.biasM + b, a.biasV + b, a.biasGradient + b, a.biasAverage ? a.biasAverage + b : 0, (labels + 3) & ~3,
    a.rate, a.beta1, a.beta2, a.correction2, a.epsilon, 0, a.averageStep, 1,
  );
}
