import type { SparseMatrix } from '../../sparse/matrix.ts';

/** Labels that occur in the very same documents: a model cannot tell them apart. Groups of two or more, the most frequent first. */
export function alwaysTogether(adjacency: SparseMatrix, counts: ArrayLike<number>, leastDocuments = 2): number[][] {
  const groups: number[][] = [];
  const placed = new Set<number>();
  for (let label = 0; label < adjacency.rows; label++) {
    if (placed.has(label) || counts[label] < leastDocuments) continue;
    const group = [label];
    for (let e = adjacency.starts[label]; e < adjacency.starts[label + 1]; e++) {
      const other = adjacency.indices[e];
      const inBoth = adjacency.values[e];
      if (other > label && inBoth === counts[label] && inBoth === counts[other]) group.push(other);
    }
    if (group.length > 1) groups.push(group);
    for (const member of group) placed.add(member);
  }
  return groups.sort((a, b) => counts[b[0]] - counts[a[0]] || a[0] - b[0]);
}
