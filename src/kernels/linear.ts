// One-vs-rest support vector machines with squared hinge loss: for each label, the dual is solved by coordinate descent over the
// documents that have proved to matter (after LIBLINEAR: Hsieh et al. 2008), and all documents are scored for 32 labels at once to
// find those that matter too. A slot is a place for a label; 32 slots that are scored together are a group.
// A trained model's logits are computed by `linearLogits`.
import { madd, select, zero } from './simd';

/** Labels of a group, and bytes of a row of their weights. */
const GROUP: i32 = 32;
const ROW: usize = 128;

@unmanaged
export class Linear {
  documents: i32;
  features: i32; // padded to a multiple of 4
  starts: usize; // u32 [documents + 1]: values before each document
  entries: usize; // [values]: four times the feature (u32), value (f32)
  weights: usize; // [slots][features]
  rows: usize; // [groups][features][32], the same weights
  bias: usize; // [slots]
  tolerance: usize; // [slots]: slack from which on a document matters; infinite for a slot that rests
  accuracy: usize; // [slots]: spread of the projected gradient to reach; 0 for a slot that rests
  lengths: usize; // [documents]: squared length of a row, and 1 for the bias
  counts: usize; // [slots][2]: documents listed; sweeps done
  seeds: usize; // u32 [slots]
  sums: usize; // f64 [slots][3]: |w|^2; the dual variables; their squares, each divided by the document's cost
  listed: usize; // [slots][documents]: twice the document that matters, plus 1 where it has the label
  alpha: usize; // [slots][documents], in the order of `listed`
  order: usize; // [slots][documents]
  member: usize; // [groups][documents]: a bit for each slot that lists the document
  fresh: usize; // [groups][documents]: those found by the last scoring
  positive: usize; // [groups][documents]: a bit for each slot whose label the document has
  losses: usize; // f64 [groups][chunks][32]
  chunk: i32; // documents of a tile of scoring
  chunks: i32;
  sweeps: i32; // at most, of one solving
  diagonal: f32; // 1 / (2 C)
  costs: usize; // [slots]: C of documents that have the label, as a multiple of the others'
}

/** Tile = slot: lists what the last scoring found, then sweeps until the projected gradient is small. */
export function linearSolve(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Linear>(args);
  const accuracy = load<f32>(a.accuracy + (<usize>tile << 2));
  if (accuracy == 0) return;
  const offset = <usize>tile * <usize>a.documents * 4;
  const alpha = a.alpha + offset;
  const counts = a.counts + (<usize>tile << 3);
  const count = listFresh(a, tile, load<i32>(counts), a.listed + offset, alpha);
  store<i32>(counts, count);
  const sweeps = descend(a, tile, count, accuracy);
  store<i32>(counts, load<i32>(counts, 4) + sweeps, 4);
  let sum: f64 = 0, squares: f64 = 0;
  const cost = <f64>load<f32>(a.costs + (<usize>tile << 2));
  for (let i: i32 = 0; i < count; i++) {
    const value = <f64>load<f32>(alpha + (<usize>i << 2));
    sum += value;
    const isPositive = load<i32>(a.listed + offset + (<usize>i << 2)) & 1;
    squares += isPositive ? value * value / cost : value * value;
  }
  const sums = a.sums + <usize>tile * 24;
  store<f64>(sums, squareSum(a.weights + <usize>tile * <usize>a.features * 4, a.features));
  store<f64>(sums, sum, 8);
  store<f64>(sums, squares, 16);
}

function listFresh(a: Linear, tile: i32, count: i32, listed: usize, alpha: usize): i32 {
  const fresh = a.fresh + <usize>(tile / GROUP) * <usize>a.documents * 4;
  const bit: u32 = 1 << (tile % GROUP);
  for (let d: i32 = 0; d < a.documents; d++) {
    if (!(load<u32>(fresh + (<usize>d << 2)) & bit)) continue;
    store<i32>(listed + (<usize>count << 2), d << 1);
    store<f32>(alpha + (<usize>count << 2), 0);
    count++;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function dot(weights: usize, at: usize, end: usize): f32 {
  let s0: f32 = 0, s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
  for (; at + 24 < end; at += 32) {
    s0 += load<f32>(weights + <usize>load<u32>(at)) * load<f32>(at, 4);
    s1 += load<f32>(weights + <usize>load<u32>(at, 8)) * load<f32>(at, 12);
    s2 += load<f32>(weights + <usize>load<u32>(at, 16)) * load<f32>(at, 20);
    s3 += load<f32>(weights + <usize>load<u32>(at, 24)) * load<f32>(at, 28);
  }
  for (; at < end; at += 8) s0 += load<f32>(weights + <usize>load<u32>(at)) * load<f32>(at, 4);
  return s0 + s1 + (s2 + s3);
}

/** Coordinate descent with LIBLINEAR's shrinking: a document far outside the margin is left out until the rest is solved. */
function descend(a: Linear, tile: i32, count: i32, accuracy: f32): i32 {
  const offset = <usize>tile * <usize>a.documents * 4;
  const listed = a.listed + offset, alpha = a.alpha + offset, order = a.order + offset;
  const weights = a.weights + <usize>tile * <usize>a.features * 4;
  const bias = a.bias + (<usize>tile << 2), random = a.seeds + (<usize>tile << 2);
  for (let i: i32 = 0; i < count; i++) store<i32>(order + (<usize>i << 2), i);
  const positiveDiagonal = a.diagonal / load<f32>(a.costs + (<usize>tile << 2));
  let b = load<f32>(bias), seed = load<u32>(random), active = count, limit: f32 = Infinity;
  let sweep: i32 = 0;
  for (; sweep < a.sweeps; sweep++) {
    let highest: f32 = -Infinity, lowest: f32 = Infinity;
    for (let s: i32 = 0; s < active; s++) {
      seed = seed * 1664525 + 1013904223;
      const other = s + <i32>((<u64>seed * <u64>(active - s)) >> 32);
      const i = load<i32>(order + (<usize>other << 2));
      store<i32>(order + (<usize>other << 2), load<i32>(order + (<usize>s << 2)));
      store<i32>(order + (<usize>s << 2), i);
      const entry = load<i32>(listed + (<usize>i << 2));
      const start = a.starts + (<usize>(entry >> 1) << 2);
      const at = a.entries + (<usize>load<u32>(start) << 3), end = a.entries + (<usize>load<u32>(start, 4) << 3);
      const value = load<f32>(alpha + (<usize>i << 2));
      const score = dot(weights, at, end) + b;
      const diagonal = entry & 1 ? positiveDiagonal : a.diagonal;
      const gradient = (entry & 1 ? score : -score) - 1 + value * diagonal;
      if (value == 0 && gradient > limit) {
        active--;
        store<i32>(order + (<usize>s << 2), load<i32>(order + (<usize>active << 2)));
        store<i32>(order + (<usize>active << 2), i);
        s--;
        continue;
      }
      const projected: f32 = value == 0 ? min<f32>(gradient, 0) : gradient;
      highest = max(highest, projected);
      lowest = min(lowest, projected);
      if (abs(projected) < 1e-7) continue;
      const curvature = load<f32>(a.lengths + (<usize>(entry >> 1) << 2)) + diagonal;
      const next = max<f32>(value - gradient / curvature, 0);
      store<f32>(alpha + (<usize>i << 2), next);
      const change = entry & 1 ? next - value : value - next;
      b += change;
      for (let e = at; e < end; e += 8) {
        const weight = weights + <usize>load<u32>(e);
        store<f32>(weight, load<f32>(weight) + change * load<f32>(e, 4));
      }
    }
    if (active == 0 || highest - lowest <= accuracy) {
      if (active == count) {
        sweep++;
        break;
      }
      active = count;
      limit = Infinity;
    } else limit = highest > 0 ? highest : Infinity;
  }
  store<f32>(bias, b);
  store<u32>(random, seed);
  return sweep;
}

function squareSum(at: usize, count: i32): f64 {
  let total: f64 = 0;
  for (let i: i32 = 0; i < count; ) {
    let sum = zero();
    for (const end = min(count, i + 1024); i < end; i += 4) {
      const v = v128.load(at + (<usize>i << 2));
      sum = f32x4.add(sum, f32x4.mul(v, v));
    }
    total += <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
    total += <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
  }
  return total;
}

/** Features of a tile of `linearRows`. */
const FEATURES: i32 = 4096;

/** Tile = group and features: puts the weights of 32 slots side by side. */
export function linearRows(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Linear>(args);
  const tiles = (a.features + FEATURES - 1) / FEATURES;
  const group = tile / tiles, first = (tile % tiles) * FEATURES;
  const stride = <usize>a.features * 4;
  const from = a.weights + <usize>group * GROUP * stride;
  const to = a.rows + <usize>group * <usize>a.features * ROW;
  for (let f = first, end = min(a.features, first + FEATURES); f < end; f += 4)
    for (let l: usize = 0; l < 32; l += 4) {
      const column = from + l * stride + (<usize>f << 2), row = to + <usize>f * ROW + (l << 2);
      const v0 = v128.load(column), v1 = v128.load(column + stride);
      const v2 = v128.load(column + 2 * stride), v3 = v128.load(column + 3 * stride);
      const a01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5), b01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
      const a23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5), b23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
      v128.store(row, v128.shuffle<f32>(a01, a23, 0, 1, 4, 5));
      v128.store(row + ROW, v128.shuffle<f32>(a01, a23, 2, 3, 6, 7));
      v128.store(row + 2 * ROW, v128.shuffle<f32>(b01, b23, 0, 1, 4, 5));
      v128.store(row + 3 * ROW, v128.shuffle<f32>(b01, b23, 2, 3, 6, 7));
    }
}

/** Tile = group and chunk of documents: the loss of each label, and which documents matter that are not listed yet. */
export function linearScore(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Linear>(args);
  const group = tile / a.chunks, first = (tile % a.chunks) * a.chunk;
  const rows = a.rows + <usize>group * <usize>a.features * ROW;
  const bias = a.bias + <usize>group * ROW, tolerance = a.tolerance + <usize>group * ROW;
  const costs = a.costs + <usize>group * ROW, one = f32x4.splat(1);
  const bits = <usize>group * <usize>a.documents * 4;
  for (let at: usize = 0; at < ROW; at += 16) v128.store(scratch + ROW + at, zero());
  for (let d = first, last = min(a.documents, first + a.chunk); d < last; d++) {
    scoreDocument(rows, bias, a.entries, a.starts + (<usize>d << 2), scratch);
    const positive = i32x4.splat(load<i32>(a.positive + bits + (<usize>d << 2)));
    let found: u32 = 0;
    let lane = i32x4(1, 2, 4, 8);
    for (let q: usize = 0; q < 8; q++, lane = i32x4.shl(lane, 4)) {
      const z = v128.load(scratch + (q << 4));
      const isPositive = i32x4.eq(v128.and(positive, lane), lane);
      const slack = f32x4.max(f32x4.sub(f32x4.splat(1), select(isPositive, z, f32x4.neg(z))), zero());
      const loss = scratch + ROW + (q << 4);
      const cost = select(isPositive, v128.load(costs + (q << 4)), one);
      v128.store(loss, f32x4.add(v128.load(loss), f32x4.mul(f32x4.mul(slack, slack), cost)));
      found |= i32x4.bitmask(f32x4.gt(slack, v128.load(tolerance + (q << 4)))) << (<i32>q * 4);
    }
    const member = a.member + bits + (<usize>d << 2);
    const known = load<u32>(member);
    store<u32>(a.fresh + bits + (<usize>d << 2), found & ~known);
    store<u32>(member, known | found);
  }
  const losses = a.losses + <usize>tile * 2 * ROW;
  for (let l: usize = 0; l < 32; l++) store<f64>(losses + (l << 3), <f64>load<f32>(scratch + ROW + (l << 2)));
}

/** Scores of 32 labels, into the scratch memory. */
// @ts-ignore: decorator
@inline
function scoreDocument(rows: usize, bias: usize, entries: usize, start: usize, scores: usize): void {
  let z0 = v128.load(bias), z1 = v128.load(bias, 16), z2 = v128.load(bias, 32), z3 = v128.load(bias, 48);
  let z4 = v128.load(bias, 64), z5 = v128.load(bias, 80), z6 = v128.load(bias, 96), z7 = v128.load(bias, 112);
  const end = entries + (<usize>load<u32>(start, 4) << 3);
  for (let at = entries + (<usize>load<u32>(start) << 3); at < end; at += 8) {
    const row = rows + (<usize>load<u32>(at) << 5);
    const x = v128.load32_splat(at, 4);
    z0 = madd(x, v128.load(row), z0);
    z1 = madd(x, v128.load(row, 16), z1);
    z2 = madd(x, v128.load(row, 32), z2);
    z3 = madd(x, v128.load(row, 48), z3);
    z4 = madd(x, v128.load(row, 64), z4);
    z5 = madd(x, v128.load(row, 80), z5);
    z6 = madd(x, v128.load(row, 96), z6);
    z7 = madd(x, v128.load(row, 112), z7);
  }
  v128.store(scores, z0);
  v128.store(scores, z1, 16);
  v128.store(scores, z2, 32);
  v128.store(scores, z3, 48);
  v128.store(scores, z4, 64);
  v128.store(scores, z5, 80);
  v128.store(scores, z6, 96);
  v128.store(scores, z7, 112);
}

@unmanaged
export class LinearLogits {
  documents: i32;
  labels: i32; // padded to a multiple of 32
  dense: i32; // features that have a weight for many labels: their rows hold all labels
  rows: usize; // [labels / 32][dense][32]
  starts: usize; // u32 [features + 1]: weights before each feature
  weights: usize; // [weights]: four times the label (u32), value (f32)
  bias: usize; // [labels]
  bounds: usize; // u32 [2 documents + 1]: values before a document's dense ones, and before its others
  values: usize; // [values]: four times the dense row, or the feature (u32), value (f32)
  logits: usize; // [documents][labels]
  slope: f32;
}

/** Documents of a tile: they share what a block of 32 labels has of the dense rows while it is in the cache. */
const TOGETHER: i32 = 16;

/** Tile = documents: the slope times the scores of all labels. */
export function linearLogits(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<LinearLogits>(args);
  const first = tile * TOGETHER, last = min(a.documents, first + TOGETHER);
  const stride = <usize>a.labels << 2;
  for (let at: usize = 0, rows = a.rows; at < stride; at += ROW, rows += <usize>a.dense * ROW)
    for (let d = first; d < last; d++)
      scoreDocument(rows, a.bias + at, a.values, a.bounds + (<usize>d << 3), a.logits + <usize>d * stride + at);
  const slope = f32x4.splat(a.slope);
  for (let d = first; d < last; d++) {
    const row = a.logits + <usize>d * stride;
    addSparse(a, a.bounds + (<usize>d << 3) + 4, row);
    for (let at = row; at < row + stride; at += 16) v128.store(at, f32x4.mul(v128.load(at), slope));
  }
}

/** Adds what features give to the few labels that they have weights for. */
function addSparse(a: LinearLogits, bounds: usize, row: usize): void {
  const end = a.values + (<usize>load<u32>(bounds, 4) << 3);
  for (let at = a.values + (<usize>load<u32>(bounds) << 3); at < end; at += 8) {
    const start = a.starts + (<usize>load<u32>(at) << 2);
    const x = load<f32>(at, 4);
    let w = a.weights + (<usize>load<u32>(start) << 3);
    const last = a.weights + (<usize>load<u32>(start, 4) << 3);
    for (; w + 24 < last; w += 32) {
      // a feature has a label once, so that these four do not touch each other
      const p0 = row + <usize>load<u32>(w), p1 = row + <usize>load<u32>(w, 8);
      const p2 = row + <usize>load<u32>(w, 16), p3 = row + <usize>load<u32>(w, 24);
      const s0 = load<f32>(p0) + x * load<f32>(w, 4), s1 = load<f32>(p1) + x * load<f32>(w, 12);
      const s2 = load<f32>(p2) + x * load<f32>(w, 20), s3 = load<f32>(p3) + x * load<f32>(w, 28);
      store<f32>(p0, s0);
      store<f32>(p1, s1);
      store<f32>(p2, s2);
      store<f32>(p3, s3);
    }
    for (; w < last; w += 8) {
      const p = row + <usize>load<u32>(w);
      store<f32>(p, load<f32>(p) + x * load<f32>(w, 4));
    }
  }
}
