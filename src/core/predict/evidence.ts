import type { LabelEvidence, SignedHighlight } from './judged.ts';
import type { Explanation } from './explain.ts';

/** N-grams told for and against a label. */
const told = 8;

/** What spoke for a label and what against it. `length`: of the text, in UTF-16 units. */
export function evidenceOf(explanation: Explanation, length: number): LabelEvidence {
  const { contributions, padding, bias, logit } = explanation;
  const ngrams = contributions.map(({ text, contribution }) => ({ text, contribution }));
  return {
    highlights: signedHighlights(explanation, length),
    for: ngrams.filter(({ contribution }) => contribution > 0).slice(0, told),
    against: ngrams
      .filter(({ contribution }) => contribution < 0)
      .slice(-told)
      .reverse(),
    rest: padding + bias,
    logit,
  };
}

/** Contributions spread evenly over the words of each n-gram and added up, as stretches of equal strength. */
export function signedHighlights({ contributions }: Pick<Explanation, 'contributions'>, length: number) {
  const sums = new Float64Array(length);
  for (const { start, end, words, contribution } of contributions)
    for (let i = start; i < end; i++) sums[i] += contribution / words.length;
  const most = sums.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const highlights: SignedHighlight[] = [];
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && sums[end] === sums[start]) end++;
    if (sums[start] !== 0) highlights.push({ start, end, strength: sums[start] / most });
  }
  return highlights;
}
