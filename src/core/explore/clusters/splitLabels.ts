import type { LabelIncidence } from './labelIncidence.ts';
import type { DocumentIndex } from '../documentIndex.ts';

/** The labels of a split as analyses want them, with the way from a name to a rank. */
export interface SplitLabels extends LabelIncidence {
  /** Rank of a label; undefined for one that no document of the split has. */
  rankOf(name: string): number | undefined;
}

/** Which documents have which labels, from the index: nothing is read again. */
export function splitLabels(index: DocumentIndex, displayOf: (name: string) => string | undefined): SplitLabels {
  const { names: all } = index.labels;
  const order = Array.from(all, (_, label) => label)
    .filter((label) => index.countOf(label) > 0)
    .sort((a, b) => index.countOf(b) - index.countOf(a) || (all[a] < all[b] ? -1 : 1));
  const ranks = new Int32Array(all.length).fill(-1);
  order.forEach((label, rank) => (ranks[label] = rank));
  const starts = new Float64Array(index.length + 1);
  const labelIds = new Int32Array(order.reduce((sum, label) => sum + index.countOf(label), 0));
  for (let document = 0, at = 0; document < index.length; document++) {
    for (const label of index.labelsOf(document)) labelIds[at++] = ranks[label];
    starts[document + 1] = at;
  }
  const names = order.map((label) => all[label]);
  return {
    documents: index.length,
    labels: order.length,
    starts,
    labelIds,
    names,
    display: names.map(displayOf),
    counts: Int32Array.from(order, (label) => index.countOf(label)),
    rankOf: (name) => {
      const label = index.labels.find(name);
      return label === undefined || ranks[label] < 0 ? undefined : ranks[label];
    },
  };
}
