import type { Merge } from '../../core/explore/clusters/tree.ts';
import { counted } from '../terminal/text.ts';

/** A node of the hierarchy of clusters: a cluster, or two nodes that were joined. */
export interface HierarchyNode {
  /** Of a cluster. */
  cluster?: number;
  /** Ward distance at which the two joined. */
  distance?: number;
  labels: number;
  children: HierarchyNode[];
}

/** The merges as a tree from the top; `labels` of each cluster by its number. Undefined where there is nothing to join. */
export function hierarchyOf(
  merges: readonly Merge[],
  k: number,
  labels: ReadonlyMap<number, number>,
): HierarchyNode | undefined {
  const node = (id: number): HierarchyNode => {
    if (id < k) return { cluster: id, labels: labels.get(id) ?? 0, children: [] };
    const merge = merges[id - k];
    return { distance: merge.distance, labels: merge.labels, children: [node(merge.left), node(merge.right)] };
  };
  return merges.length ? node(k + merges.length - 1) : undefined;
}

/** What a node is called; `titleOf` tells what is in a cluster. */
export const nodeText = ({ cluster, distance, labels }: HierarchyNode, titleOf: (cluster: number) => string): string =>
  cluster === undefined
    ? `${counted(labels, 'label')}, joined at ${distance!.toFixed(2)}`
    : `Cluster ${cluster} (${counted(labels, 'label')}): ${titleOf(cluster)}`;

/** The tree as lines for a terminal. */
export function hierarchyLines(node: HierarchyNode, titleOf: (cluster: number) => string): string[] {
  const below = node.children.flatMap((child, i) => {
    const isLast = i === node.children.length - 1;
    const [first, ...rest] = hierarchyLines(child, titleOf);
    return [`${isLast ? '└─' : '├─'} ${first}`, ...rest.map((line) => `${isLast ? '  ' : '│ '} ${line}`)];
  });
  return [nodeText(node, titleOf), ...below];
}
