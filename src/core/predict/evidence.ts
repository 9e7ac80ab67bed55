import type { Explanation } from './explain.ts';
import { signedHighlightsOf } from './highlights.ts';
import type { LabelEvidence } from './judged.ts';

/** N-grams told for and against a label. */
const told = 8;

/** What spoke for a label and what against it. `length`: of the text, in UTF-16 units. */
export function evidenceOf(explanation: Explanation, length: number): LabelEvidence {
  const { contributions, padding, bias, logit } = explanation;
  const ngrams = contributions.map(({ text, contribution }) => ({ text, contribution }));
  return {
    highlights: signedHighlightsOf(explanation, length),
    for: ngrams.filter(({ contribution }) => contribution > 0).slice(0, told),
    against: ngrams
      .filter(({ contribution }) => contribution < 0)
      .slice(-told)
      .reverse(),
    rest: padding + bias,
    logit,
  };
}
