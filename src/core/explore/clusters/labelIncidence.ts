import type { DocumentSource } from '../../data/document.ts';
import { readThrough } from '../../data/readThrough.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { GrowingInts } from '../../base/growing.ts';
import type { Incidence } from './cooccurrence.ts';
import type { DocumentIndex } from '../documentIndex.ts';

/** The labels of a dataset: which document has which, and what they are called. */
export interface LabelIncidence extends Incidence {
  /** Most frequent first, then by code unit: label ids are ranks. */
  names: string[];
  /** What labels are called where their names are ids. */
  display: (string | undefined)[];
  /** Documents of each label. */
  counts: Int32Array; // [labels]
}

/** Reads the labels of all documents in one streaming pass; texts are not kept. Throws what the source throws, `Cancelled`. */
export async function readIncidence(
  source: DocumentSource,
  work: WorkOptions<'reading'> = {},
): Promise<LabelIncidence> {
  const ids = new Map<string, number>();
  const lengths = new GrowingInts();
  const labels = new GrowingInts();
  for await (const document of readThrough(source, 'reading', work)) {
    for (const label of document.labels) {
      let id = ids.get(label);
      if (id === undefined) ids.set(label, (id = ids.size));
      labels.push(id);
    }
    lengths.push(document.labels.length);
  }
  return ranked([...ids.keys()], lengths, labels, source.labelNames);
}

function ranked(
  found: string[],
  lengths: GrowingInts,
  labels: GrowingInts,
  displayOf: ReadonlyMap<string, string>,
): LabelIncidence {
  const byFound = new Int32Array(found.length);
  for (let i = 0; i < labels.length; i++) byFound[labels.at(i)]++;
  const order = [...found.keys()].sort((a, b) => byFound[b] - byFound[a] || (found[a] < found[b] ? -1 : 1));
  const rankOf = new Int32Array(found.length);
  order.forEach((id, rank) => (rankOf[id] = rank));
  const starts = new Float64Array(lengths.length + 1);
  for (let d = 0; d < lengths.length; d++) starts[d + 1] = starts[d] + lengths.at(d);
  const labelIds = new Int32Array(labels.length);
  labels.take(labels.length, labelIds, 0, rankOf);
  const names = order.map((id) => found[id]);
  return {
    documents: lengths.length,
    labels: names.length,
    starts,
    labelIds,
    names,
    display: names.map((name) => (displayOf.get(name) === name ? undefined : displayOf.get(name))),
    counts: Int32Array.from(order, (id) => byFound[id]),
  };
}

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
