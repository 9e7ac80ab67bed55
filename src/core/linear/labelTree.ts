import type { LabelDocuments } from './featureMatrix.ts';

/**
 * Labels under nodes under nodes: node 0 is the root. Each label and each other node is an output: label l is output l, node n output
 * labels + n - 1. A child stands behind its parent. As a tensor:
 *   tree.parents   I32 [labels + nodes - 1]   the node above each output
 */
export interface LabelTree {
  labels: number;
  parents: Int32Array;
}

/** Of the nodes of a tree, which see few documents, weights of at most so many times `linear.prune` are left out. */
export const pruneInTree = 3;

/** Whether every output stands under a node, and every node behind its parent. */
export const isLabelTree = (tree: LabelTree): boolean =>
  tree.parents.length >= tree.labels &&
  tree.parents.every((node, i) => node >= 0 && node < (i < tree.labels ? nodesOf(tree) : i - tree.labels + 1));

export const nodesOf = ({ labels, parents }: LabelTree): number => parents.length - labels + 1;

/** Outputs below each node, ascending. */
export function childrenOf(tree: LabelTree): number[][] {
  const children: number[][] = Array.from({ length: nodesOf(tree) }, () => []);
  tree.parents.forEach((node, output) => children[node].push(output));
  return children;
}

/** The outputs of each node, by the documents below it. */
export function treeGroups(tree: LabelTree, { starts }: LabelDocuments): number[][] {
  const { labels, parents } = tree;
  const counts = new Float64Array(nodesOf(tree));
  for (let l = 0; l < labels; l++) counts[parents[l]] += starts[l + 1] - starts[l];
  for (let n = counts.length - 1; n > 0; n--) counts[parents[labels + n - 1]] += counts[n];
  const children = childrenOf(tree);
  return sortedBy(counts).map((node) => children[node]);
}

/** Each label by itself, by its documents. */
export const labelGroups = ({ starts }: LabelDocuments): number[][] =>
  sortedBy(Float64Array.from({ length: starts.length - 1 }, (_, l) => starts[l + 1] - starts[l])).map((l) => [l]);

const sortedBy = (counts: Float64Array): number[] =>
  Array.from(counts.keys()).sort((a, b) => counts[a] - counts[b] || a - b);

/** Steps from the root to the label that has most. */
export function depthOf({ labels, parents }: LabelTree): number {
  const depths = new Uint8Array(parents.length - labels + 1);
  for (let n = 1; n < depths.length; n++) depths[n] = depths[parents[labels + n - 1]] + 1;
  return 1 + depths.reduce((most, depth) => Math.max(most, depth), 0);
}
