import type { EvidencedLabel, ExplainedText } from '../../runner/services/predictor.ts';
import type { Highlight } from '../../core/predict/highlights.ts';

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

/**
 * The predicted labels and the true ones. `truth` is undefined where a text's own labels are not known, `names` are those
 * that its file gives to labels.
 */
export function labelRows(
  { labels, unknown }: ExplainedText,
  truth?: readonly string[],
  names?: ReadonlyMap<string, string>,
): LabelRow[] {
  const titleOf = (name: string, display?: string): string => display ?? names?.get(name) ?? name;
  const isTrue = (name: string): boolean => truth?.includes(name) === true;
  const shown = labels.filter(({ name, probability }, i) => i === 0 || isTrue(name) || probability >= leastShown);
  const known = shown.map((label): LabelRow => {
    const { name, display, isPredicted } = label;
    return {
      name,
      title: titleOf(name, display),
      known: label,
      verdict: truth && verdictOf(isPredicted, isTrue(name)),
    };
  });
  return [
    ...known,
    ...unknown.map(({ name, display }): LabelRow => ({ name, title: titleOf(name, display), verdict: 'missed' })),
  ];
}

function verdictOf(isPredicted: boolean, isTrue: boolean): Verdict | undefined {
  if (isTrue) return isPredicted ? 'hit' : 'missed';
  return isPredicted ? 'false' : undefined;
}

/** How strongly words speak for a label: weak, medium, strong. */
const levels = 3;

/** Under this share of the strongest nothing is marked: it would only make the page grey. */
const least = 0.05;

/** Words to be marked, with offsets into the text. */
interface Mark {
  start: number;
  end: number;
  /** 0 to `levels` - 1. */
  level: number;
}

/** The stretches that are strong enough to be marked, without the spaces and signs at their ends. */
export function marksOf(text: string, highlights: readonly Highlight[]): Mark[] {
  return highlights.flatMap(({ start, end, strength }) => {
    const stretch = text.slice(start, end);
    const words = /[\p{L}\p{N}](?:.*[\p{L}\p{N}\p{M}])?/su.exec(stretch);
    if (strength < least || !words) return [];
    const from = start + words.index;
    return [{ start: from, end: from + words[0].length, level: Math.min(levels - 1, Math.floor(strength * levels)) }];
  });
}
