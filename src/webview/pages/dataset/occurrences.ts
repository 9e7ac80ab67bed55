/** Where a text occurs in another, without regard to case: starts and ends, in order, not overlapping. */
export function occurrences(text: string, wanted: string): [start: number, end: number][] {
  if (wanted === '') return [];
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [...text.matchAll(new RegExp(escaped, 'giu'))].map(({ index, 0: { length } }) => [index, index + length]);
}
