import type { Incidence } from './cooccurrence.ts';

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
