import type { Highlight } from '../../core/predict/highlights.ts';

/** How strongly words speak for a label: weak, medium, strong. */
export const levels = 3;

/** Under this share of the strongest nothing is marked: it would only make the page grey. */
const least = 0.05;

/** Words to be marked, with offsets into the text. */
export interface Mark {
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
