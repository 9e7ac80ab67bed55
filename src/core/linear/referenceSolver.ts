import { bitsAt, key32 } from '../base/random.ts';
import type { FeatureMatrix } from './featureMatrix.ts';

/** A label's weights with what proves how good they are: no weights have an objective below `dual`. */
export interface Solution {
  weights: Float64Array; // [features]
  bias: number;
  /** 1/2 |w|^2 + 1/2 b^2 + C sum of cost max(0, 1 - y (w x + b))^2; the cost is 1 for documents without the label. */
  objective: number;
  dual: number;
}

/**
 * One label's support vector machine with squared hinge loss, in double precision and over all documents: dual coordinate descent
 * (Hsieh et al. 2008) until (objective - dual) <= gap * objective. What the kernels are checked against.
 */
export function solveReference(
  matrix: FeatureMatrix,
  hasLabel: (document: number) => boolean,
  { c, gap, cost = 1 }: { c: number; gap: number; cost?: number },
): Solution {
  const { documents, features, starts, indices, values } = matrix;
  const alpha = new Float64Array(documents);
  const signs = Float64Array.from({ length: documents }, (_, d) => (hasLabel(d) ? 1 : -1));
  const costs = signs.map((sign) => (sign > 0 ? c * cost : c));
  const solution: Solution = { weights: new Float64Array(features), bias: 0, objective: NaN, dual: NaN };
  const order = Uint32Array.from({ length: documents }, (_, d) => d);
  for (let sweep = 0; sweep === 0 || solution.objective - solution.dual > gap * solution.objective; sweep++) {
    const key = key32(sweep);
    for (let s = 0; s < documents; s++) {
      const other = s + Math.floor((bitsAt(key, s) / 4294967296) * (documents - s));
      const d = order[other];
      order[other] = order[s];
      order[s] = d;
      let squares = 1;
      for (let e = starts[d]; e < starts[d + 1]; e++) squares += values[e] ** 2;
      const gradient = signs[d] * scoreOf(matrix, d, solution) - 1 + alpha[d] / (2 * costs[d]);
      const next = Math.max(0, alpha[d] - gradient / (squares + 1 / (2 * costs[d])));
      const change = signs[d] * (next - alpha[d]);
      alpha[d] = next;
      solution.bias += change;
      for (let e = starts[d]; e < starts[d + 1]; e++) solution.weights[indices[e]] += change * values[e];
    }
    judge(matrix, signs, alpha, costs, solution);
  }
  return solution;
}

function scoreOf({ starts, indices, values }: FeatureMatrix, d: number, { weights, bias }: Solution): number {
  let score = bias;
  for (let e = starts[d]; e < starts[d + 1]; e++) score += weights[indices[e]] * values[e];
  return score;
}

function judge(
  matrix: FeatureMatrix,
  signs: Float64Array,
  alpha: Float64Array,
  costs: Float64Array,
  solution: Solution,
): void {
  const norm = solution.weights.reduce((sum, w) => sum + w * w, solution.bias ** 2);
  let loss = 0;
  let dual = -norm / 2;
  for (let d = 0; d < matrix.documents; d++) {
    loss += costs[d] * Math.max(0, 1 - signs[d] * scoreOf(matrix, d, solution)) ** 2;
    dual += alpha[d] - alpha[d] ** 2 / (4 * costs[d]);
  }
  solution.objective = norm / 2 + loss;
  solution.dual = dual;
}
