import type { Document } from '../data/document.ts';

/** A document's text, or the features of a bag of words as `number:weight`, `name:weight` where they have names. */
export function shownText({ text, features }: Document, names: readonly string[] = []): string {
  if (!features) return text;
  const pairs = Array.from(
    features.indices,
    (feature, i) => `${names[feature] ?? feature}:${Number(features.values[i].toPrecision(4))}`,
  );
  return pairs.join(' ');
}
