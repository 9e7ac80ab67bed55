import type { Document } from '../data/document.ts';

/** A document's text, or the features of a bag of words as `number:weight`. */
export function shownText({ text, features }: Document): string {
  if (!features) return text;
  const pairs = Array.from(features.indices, (feature, i) => `${feature}:${Number(features.values[i].toPrecision(4))}`);
  return pairs.join(' ');
}
