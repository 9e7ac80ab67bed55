import type { EvidencedLabel, ExplainedText } from '../../runner/services/predictor.ts';

/** What a prediction of a label is worth: predicted and true, true but not predicted, predicted but not true. */
export type Verdict = 'hit' | 'missed' | 'false';

/** A label of a text, as hovers and lists show it. */
export interface LabelRow {
  name: string;
  /** What it is called; its name where that is no id. */
  title: string;
  /** What the model knows of it; undefined for true labels that it has no output for. */
  known?: EvidencedLabel;
  verdict?: Verdict;
}

/** Labels that are not true are left out under this probability, but for the first. */
const leastShown = 0.01;

/** The predicted labels and the true ones. `truth` is undefined where a text's own labels are not known. */
export function labelRows(
  { labels, unknown }: ExplainedText,
  threshold: number,
  truth?: readonly string[],
): LabelRow[] {
  const isTrue = (name: string): boolean => truth?.includes(name) === true;
  const shown = labels.filter(({ name, probability }, i) => i === 0 || isTrue(name) || probability >= leastShown);
  const known = shown.map((label): LabelRow => {
    const { name, display, probability } = label;
    return {
      name,
      title: display ?? name,
      known: label,
      verdict: truth && verdictOf(probability > threshold, isTrue(name)),
    };
  });
  return [
    ...known,
    ...unknown.map(({ name, display }): LabelRow => ({ name, title: display ?? name, verdict: 'missed' })),
  ];
}

function verdictOf(isPredicted: boolean, isTrue: boolean): Verdict | undefined {
  if (isTrue) return isPredicted ? 'hit' : 'missed';
  return isPredicted ? 'false' : undefined;
}
