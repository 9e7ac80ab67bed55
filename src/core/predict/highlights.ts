import type { Contribution, Explanation, PartExplanation } from './explain.ts';

/** What spoke for a label and against it. */
export interface LabelEvidence {
  highlights: SignedHighlight[];
  /** The strongest for and against, each strongest first. */
  for: Pick<Contribution, 'text' | 'contribution'>[];
  against: Pick<Contribution, 'text' | 'contribution'>[];
  /** What no word carries: the output's bias, and windows of padding. */
  rest: number;
  logit: number;
  /** Of a blend. */
  parts?: PartExplanation[];
}

/** A stretch of a text, in UTF-16 units, and how strongly it spoke for a label (1 = the strongest of the text). */
export interface Highlight {
  start: number;
  end: number;
  strength: number;
}

/** The same with what spoke against a label: 1 or -1 for the strongest of the text. */
type SignedHighlight = Highlight;

/**
 * What spoke for a label, spread evenly over the words of each n-gram and added up, as stretches of equal strength;
 * the strongest stretch has 1.
 */
export function highlightsOf(explanation: Pick<Explanation, 'contributions'>, length: number): Highlight[] {
  const found = stretches(explanation, length).filter(({ strength }) => strength > 0);
  const most = found.reduce((max, { strength }) => Math.max(max, strength), 0);
  return found.map(({ start, end, strength }) => ({ start, end, strength: strength / most }));
}

/** What spoke for a label and what against it, spread likewise. */
export function signedHighlightsOf(explanation: Pick<Explanation, 'contributions'>, length: number): SignedHighlight[] {
  const found = stretches(explanation, length);
  const most = found.reduce((max, { strength }) => Math.max(max, Math.abs(strength)), 0);
  return found.map(({ start, end, strength }) => ({ start, end, strength: strength / most }));
}

function stretches({ contributions }: Pick<Explanation, 'contributions'>, length: number): Highlight[] {
  const sums = new Float64Array(length);
  for (const { start, end, words, contribution } of contributions)
    for (let i = start; i < end; i++) sums[i] += contribution / words.length;
  const found: Highlight[] = [];
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && sums[end] === sums[start]) end++;
    if (sums[start] !== 0) found.push({ start, end, strength: sums[start] });
  }
  return found;
}

/** N-grams shown for and against a label. */
const shown = 8;

/** What spoke for a label and what against it. `length`: of the text, in UTF-16 units. */
export function evidenceOf(explanation: Explanation, length: number): LabelEvidence {
  const { contributions, padding, bias, logit, parts } = explanation;
  const ngrams = contributions.map(({ text, contribution }) => ({ text, contribution }));
  return {
    highlights: signedHighlightsOf(explanation, length),
    for: ngrams.filter(({ contribution }) => contribution > 0).slice(0, shown),
    against: ngrams
      .filter(({ contribution }) => contribution < 0)
      .slice(-shown)
      .reverse(),
    rest: padding + bias,
    logit,
    ...(parts && { parts }),
  };
}
