import type { Incidence } from '../clusters/cooccurrence.ts';
import { documentsOfLabels } from '../clusters/cooccurrence.ts';
import { mix32 } from '../../base/random.ts';

/**
 * Labels that occur in the very same documents: a model cannot tell them apart. Groups of two or more, the most frequent first.
 * Time and memory are those of the labels of all documents.
 */
export function alwaysTogether(incidence: Incidence, leastDocuments = 2): number[][] {
  const { starts, documents } = documentsOfLabels(incidence);
  const listOf = (label: number): Int32Array => documents.subarray(starts[label], starts[label + 1]);
  const byKey = new Map<string, number[][]>();
  for (let label = 0; label < incidence.labels; label++) {
    const own = listOf(label);
    if (own.length < leastDocuments) continue;
    const key = `${own.length} ${own.reduce((hash, document) => mix32((hash ^ document) + 0x6d2b79f5), 0)}`;
    const groups = byKey.get(key) ?? [];
    if (groups.length === 0) byKey.set(key, groups);
    const group = groups.find(([first]) => listOf(first).every((document, i) => document === own[i]));
    if (group) group.push(label);
    else groups.push([label]);
  }
  const size = (label: number): number => starts[label + 1] - starts[label];
  return [...byKey.values()]
    .flat()
    .filter(({ length }) => length > 1)
    .sort((a, b) => size(b[0]) - size(a[0]) || a[0] - b[0]);
}
