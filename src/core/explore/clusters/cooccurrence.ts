import { withRoom } from '../../base/growing.ts';
import { Pace } from '../../base/pace.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';

/** Which documents have which labels, in compressed rows by document. */
export interface Incidence {
  readonly documents: number;
  readonly labels: number;
  readonly starts: Float64Array; // [documents + 1]
  readonly labelIds: Int32Array; // no repeats within a document
}

/** Documents of each label, ascending: the incidence turned over. */
export function documentsOfLabels({ documents, labels, starts, labelIds }: Incidence): {
  starts: Float64Array; // [labels + 1]
  documents: Int32Array;
} {
  const byLabel = new Float64Array(labels + 1);
  for (const label of labelIds) byLabel[label + 1]++;
  for (let l = 0; l < labels; l++) byLabel[l + 1] += byLabel[l];
  const next = byLabel.slice(0, labels);
  const found = new Int32Array(labelIds.length);
  for (let d = 0; d < documents; d++) for (let e = starts[d]; e < starts[d + 1]; e++) found[next[labelIds[e]]++] = d;
  return { starts: byLabel, documents: found };
}

/**
 * How many documents have both labels, for every pair that occurs, both ways round; the diagonal holds a label's own
 * count, as the adjacency of the original program (`fiddle_clusters.py`) does. One row at a time over the documents of a label: memory is
 * that of the result and one row of counts. Throws `Cancelled`.
 */
export async function cooccurrence(incidence: Incidence, pace = new Pace()): Promise<SparseMatrix> {
  const { labels, starts: documentStarts, labelIds } = incidence;
  const inverted = documentsOfLabels(incidence);
  const counts = new Int32Array(labels);
  const touched = new Int32Array(labels);
  const starts = new Float64Array(labels + 1);
  let indices = new Int32Array(labelIds.length);
  let values = new Float64Array(labelIds.length);
  for (let label = 0; label < labels; label++) {
    if (pace.due()) await pace.rest();
    const size = countRow(label);
    const neighbours = touched.subarray(0, size).sort();
    const start = starts[label];
    indices = withRoom(indices, start + size);
    values = withRoom(values, start + size);
    for (let i = 0; i < size; i++) {
      indices[start + i] = neighbours[i];
      values[start + i] = counts[neighbours[i]];
      counts[neighbours[i]] = 0;
    }
    starts[label + 1] = start + size;
  }
  const entries = starts[labels];
  return {
    rows: labels,
    columns: labels,
    starts,
    indices: indices.slice(0, entries),
    values: values.slice(0, entries),
  };

  /** Counts a label's neighbours; returns how many there are, listed in `touched`. */
  function countRow(label: number): number {
    let size = 0;
    for (let i = inverted.starts[label]; i < inverted.starts[label + 1]; i++) {
      const document = inverted.documents[i];
      for (let e = documentStarts[document]; e < documentStarts[document + 1]; e++) {
        const other = labelIds[e];
        if (counts[other]++ === 0) touched[size++] = other;
      }
    }
    return size;
  }
}

/** A label that shares documents with another. */
export interface CooccurringLabel {
  label: number;
  /** Documents that have both. */
  together: number;
}

/**
 * Labels that share documents with one, those with most first.
 * @param documents those that have the label
 */
export function neighboursOf(
  { starts, labelIds }: Incidence,
  label: number,
  documents: Int32Array,
): CooccurringLabel[] {
  const together = new Map<number, number>();
  for (const document of documents)
    for (let e = starts[document]; e < starts[document + 1]; e++)
      if (labelIds[e] !== label) together.set(labelIds[e], (together.get(labelIds[e]) ?? 0) + 1);
  return Array.from(together, ([other, count]) => ({ label: other, together: count })).sort(
    (a, b) => b.together - a.together || a.label - b.label,
  );
}

/** Documents that have both of two of the first `head` labels, dense, row by row; a label's own count on the diagonal. */
export function headCooccurrence({ documents, starts, labelIds }: Incidence, head: number): Int32Array {
  const counts = new Int32Array(head * head);
  for (let document = 0; document < documents; document++) {
    const own: number[] = [];
    for (let e = starts[document]; e < starts[document + 1]; e++) if (labelIds[e] < head) own.push(labelIds[e]);
    for (const a of own) for (const b of own) counts[a * head + b]++;
  }
  return counts;
}
