/** What a document holds in place of a text: features and their values, in no order. */
export interface BagOfWords {
  indices: Uint32Array;
  values: Float32Array;
  /** Distinct names by feature, where the set has them. */
  names?: readonly string[];
}

/** A document as a model reads it. */
export type Content = string | BagOfWords;

export const contentOf = ({ text, features }: { text: string; features?: BagOfWords }): Content => features ?? text;

/** A feature by its name, else by its number. */
export const featureName = ({ names }: Pick<BagOfWords, 'names'>, feature: number): string =>
  names?.[feature] ?? String(feature);

/** `name:value name:value`, and where each of them stands. */
export function shownBag(bag: BagOfWords): { text: string; spans: { word: string; start: number; end: number }[] } {
  let start = 0;
  const pairs: string[] = [];
  const spans = Array.from(bag.indices, (feature, i) => {
    const word = featureName(bag, feature);
    const pair = `${word}:${Number(bag.values[i].toPrecision(4))}`;
    pairs.push(pair);
    const span = { word, start, end: start + word.length };
    start += pair.length + 1;
    return span;
  });
  return { text: pairs.join(' '), spans };
}
