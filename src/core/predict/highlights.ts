import type { Explanation } from './explain.ts';

/** A stretch of a text, in UTF-16 units, and how strongly it spoke for a label (1 = the strongest of the text). */
export interface Highlight {
  start: number;
  end: number;
  strength: number;
}

/**
 * What spoke for a label, spread evenly over the words of each n-gram and added up, as stretches of equal strength;
 * the strongest stretch has 1.
 */
export function highlightsOf({ contributions }: Pick<Explanation, 'contributions'>, length: number): Highlight[] {
  const sums = new Float64Array(length);
  for (const { start, end, words, contribution } of contributions)
    for (let i = start; i < end; i++) sums[i] += contribution / words.length;
  const most = sums.reduce((a, b) => Math.max(a, b), 0);
  const highlights: Highlight[] = [];
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && sums[end] === sums[start]) end++;
    if (sums[start] > 0) highlights.push({ start, end, strength: sums[start] / most });
  }
  return highlights;
}
