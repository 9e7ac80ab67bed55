import { type BagOfWords, distinctFeatures, featureName } from '../data/bagOfWords.ts';

/** Bags of words as numbers of words, which features are by their names, and their values. */
export class BagNumbers {
  private names: readonly string[] | undefined;
  private numbers = new Map<number, number>();

  constructor(private readonly wordId: (name: string) => number) {}

  /** Those of its distinct features, ascending by feature. */
  of(bag: BagOfWords): { words: Int32Array; values: Float32Array } {
    if (bag.names !== this.names) {
      this.names = bag.names;
      this.numbers = new Map();
    }
    const { indices, values } = distinctFeatures(bag);
    return { words: Int32Array.from(indices, (feature) => this.numberOf(bag, feature)), values };
  }

  private numberOf(bag: BagOfWords, feature: number): number {
    let number = this.numbers.get(feature);
    if (number === undefined) this.numbers.set(feature, (number = this.wordId(featureName(bag, feature))));
    return number;
  }
}
