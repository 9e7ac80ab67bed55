import type { Highlight } from '../../core/predict/highlights.ts';

/** How strongly words spoke for a label: weak, medium, strong. */
export const levels = 3;

/** Under this share of the strongest nothing is marked: it would only make the page grey. */
const least = 0.05;

/** 0 to `levels` - 1; undefined for what is too weak to be marked. */
export function levelOf({ strength }: Highlight): number | undefined {
  return strength < least ? undefined : Math.min(levels - 1, Math.floor(strength * levels));
}
