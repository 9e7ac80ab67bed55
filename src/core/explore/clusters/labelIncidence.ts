import type { DocumentSource } from '../../data/document.ts';
import { readThrough } from '../../data/readThrough.ts';
import type { CountedLabel } from '../analysis/analysisApi.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { Incidence } from './cooccurrence.ts';
import { DocumentLabels } from '../documentIndex.ts';

/** The labels of a dataset: which document has which, and what they are called. */
export interface LabelIncidence extends Incidence {
  /** Most frequent first, then by code unit: label ids are ranks. */
  names: string[];
  /** What labels are called where their names are ids. */
  display: (string | undefined)[];
  /** Documents of each label. */
  counts: Int32Array; // [labels]
  /** undefined for a label that no document has. */
  rankOf(name: string): number | undefined;
}

/** Reads the labels of all documents in one streaming pass; texts are not kept. Throws what the source throws, `Cancelled`. */
export async function readIncidence(
  source: DocumentSource,
  work: WorkOptions<'reading'> = {},
): Promise<LabelIncidence> {
  const documents = new DocumentLabels();
  for await (const { labels } of readThrough(source, 'reading', work)) documents.addLabels(labels);
  return incidenceOf(documents, (name) => displayIn(source.labelNames, name));
}

/** A label by its rank. */
export const countedLabel = (
  { names, display, counts }: Pick<LabelIncidence, 'names' | 'display' | 'counts'>,
  rank: number,
): CountedLabel => ({ name: names[rank], display: display[rank], documents: counts[rank] });

/** What people call a label, where its name is an id. */
export function displayIn(names: ReadonlyMap<string, string>, name: string): string | undefined {
  const display = names.get(name);
  return display === name ? undefined : display;
}

/** The labels of documents, those of the table that none of them has left out: nothing is read again. */
export function incidenceOf(
  documents: DocumentLabels,
  displayOf: (name: string) => string | undefined,
): LabelIncidence {
  const { names: all } = documents.labels;
  const order = Array.from(all, (_, label) => label)
    .filter((label) => documents.countOf(label) > 0)
    .sort((a, b) => documents.countOf(b) - documents.countOf(a) || (all[a] < all[b] ? -1 : 1));
  const ranks = new Int32Array(all.length).fill(-1);
  order.forEach((label, rank) => (ranks[label] = rank));
  const starts = new Float64Array(documents.length + 1);
  const labelIds = new Int32Array(order.reduce((sum, label) => sum + documents.countOf(label), 0));
  for (let document = 0, at = 0; document < documents.length; document++) {
    for (const label of documents.labelsOf(document)) labelIds[at++] = ranks[label];
    starts[document + 1] = at;
  }
  const names = order.map((label) => all[label]);
  return {
    documents: documents.length,
    labels: order.length,
    starts,
    labelIds,
    names,
    display: names.map(displayOf),
    counts: Int32Array.from(order, (label) => documents.countOf(label)),
    rankOf: (name) => {
      const label = documents.labels.find(name);
      return label === undefined || ranks[label] < 0 ? undefined : ranks[label];
    },
  };
}
