import type { DocumentSource } from '../../data/document.ts';
import { readThrough } from '../../data/readThrough.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { GrowingInts } from '../../base/growing.ts';
import type { Incidence } from './cooccurrence.ts';

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
