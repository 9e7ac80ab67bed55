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

/** Features ascending, each once, without values of 0. */
export function distinctFeatures({ indices, values, names }: BagOfWords): BagOfWords {
  const sums = new Map<number, number>();
  indices.forEach((feature, i) => sums.set(feature, (sums.get(feature) ?? 0) + values[i]));
  const entries = [...sums].filter(([, value]) => value !== 0).sort(([a], [b]) => a - b);
  return {
    indices: Uint32Array.from(entries, ([feature]) => feature),
    values: Float32Array.from(entries, ([, value]) => value),
    names,
  };
}

/** A bag's distinct features as `name:value name:value`, and where each of them stands. */
export function shownBag(bag: BagOfWords): { text: string; spans: { word: string; start: number; end: number }[] } {
  const { indices, values } = distinctFeatures(bag);
  let start = 0;
  const pairs: string[] = [];
  const spans = Array.from(indices, (feature, i) => {
    const word = featureName(bag, feature);
    const pair = `${word}:${Number(values[i].toPrecision(4))}`;
    pairs.push(pair);
    const span = { word, start, end: start + word.length };
    start += pair.length + 1;
    return span;
  });
  return { text: pairs.join(' '), spans };
}

/** What people are shown of a document. */
export const shownContent = (content: Content): string =>
  typeof content === 'string' ? content : shownBag(content).text;
