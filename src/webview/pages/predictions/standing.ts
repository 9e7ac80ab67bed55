import type { JudgedLabel, Verdict } from '../../../core/predict/judged.ts';

/** What a label of a document is worth at a threshold; `predicted` where the true labels are not known. */
export type Standing = Verdict | 'predicted' | 'below';

export function standingOf({ probability = 0, isTrue }: JudgedLabel, threshold: number): Standing {
  const isPredicted = probability > threshold;
  if (isTrue === undefined) return isPredicted ? 'predicted' : 'below';
  if (isTrue) return isPredicted ? 'hit' : 'missed';
  return isPredicted ? 'false' : 'below';
}
